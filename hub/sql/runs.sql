-- claim
-- Takes the source $1 for this session, unless another holds it; says whether it did.
select pg_try_advisory_lock(hashtextextended('source ' || $1::text, 0));

-- release
-- Gives back the source $1 that this session has taken.
select pg_advisory_unlock(hashtextextended('source ' || $1::text, 0));

-- latest
-- The latest run of each of the sources $1, by the database's clock at `present`, whether a session holds the source, and
-- the newest statement of all its runs; a source that has never been run is left out.
select run.*, clock_timestamp() as present,
       exists (
           select from pg_locks
           where locktype = 'advisory' and objsubid = 1 and granted
             and database = (select oid from pg_database where datname = current_database())
             and (classid::bigint << 32) | objid::bigint = hashtextextended('source ' || run.source, 0)
       ) as is_held,
       (select max(newest_stated_at) from run as any_run where any_run.source = run.source) as newest
from unnest($1::text[]) as wanted (name)
cross join lateral (select * from run where source = wanted.name order by started_at desc limit 1) as run;

-- runs
-- The latest $2 runs, of the source $1 or of all where that is null, the latest first.
select * from run where $1::text is null or source = $1 order by started_at desc limit $2;

-- resume
-- The run of the source $1 that has not ended, gone on with once more; nothing where there is none.
update run set resumed = resumed + 1 where source = $1 and finished_at is null returning *;

-- begin
-- Begins the run $1 of the source $2 of register $3 by $4; its attempts count from the latest run that did not fail.
insert into run (run_id, source, register, started_by, attempt)
select $1, $2, $3, $4, coalesce(
    (
        select case when outcome = 'FAILED' then attempt + 1 else 1 end
        from run where source = $2 order by started_at desc limit 1
    ), 1
)
returning *;

-- note_submission
-- Notes that the run $1 brings the submission $2.
update run set submission_ids = submission_ids || $2::uuid where run_id = $1 and $2::uuid <> all (submission_ids);

-- note_newest
-- Notes that the run $1 has brought what was stated at $2.
update run set newest_stated_at = greatest(newest_stated_at, $2) where run_id = $1;

-- keep_up
-- Brings what the run $1 counts up to what its submissions do, of one that was delivered before to what came of it this
-- time; records that a full copy has ended count as such. Says whether somebody wants the run to end.
with brought as (
    select * from submission where submission_id = any ((select submission_ids from run where run_id = $1)::uuid[])
),
line as (
    select outcome, number::bigint as number
    from brought
    cross join lateral json_each_text(coalesce(repeated_counts, counts)) as counted (outcome, number)
),
told as (
    select * from line
    union all
    select 'ENDED', removed from brought where removed > 0 and repeated_counts is null
)
update run
set counts = (
        select coalesce(json_object_agg(outcome, number), '{}')
        from (select outcome, sum(number) as number from told group by outcome) as by_outcome
    ),
    lines = (select coalesce(sum(number), 0) from line),
    bytes = (select coalesce(sum(bytes_read), 0) from brought)
where run_id = $1
returning cancelled_at is not null;

-- finish
-- Ends the run $1 with the outcome $2, for the error code $3 where it failed; the source is failing once $4 attempts have.
update run
set finished_at = clock_timestamp(), outcome = $2, error_code = $3, failing = $2 = 'FAILED' and attempt >= $4
where run_id = $1 and finished_at is null
returning *;

-- cancel
-- Has the run $1 end at its next chunk; gives nothing where there is no such run or it has ended.
update run set cancelled_at = coalesce(cancelled_at, clock_timestamp())
where run_id = $1 and finished_at is null
returning run_id;
