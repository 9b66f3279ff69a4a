-- page
-- Up to $12 lines in quarantine, the latest first, after the one at $10 and $11 if given: those of register $1, submission
-- $2, record type $3, reason $4, one of the columns $5, status $6, refused at $7 or later, and delivered by department $8,
-- which is that of the registers $9 unless the submission names another. What is null excludes none.
with last as (
    select quarantined_at from quarantine where submission_id = $10 and place = $11
)
select quarantine.submission_id, place, quarantine.register, record_type, quarantine.reason, item, reason_zh, reason_en,
       quarantined_at, status, settled_at, settled_by, words, coalesce(retried_as, redelivered_as) as retried_as,
       source_unit, department, file, stated_at
from quarantine
join submission using (submission_id)
where ($1::text is null or quarantine.register = $1)
  and ($2::text is null or submission_id::text = $2)
  and ($3::text is null or record_type = $3)
  and ($4::text is null or quarantine.reason = $4)
  and ($5::text[] is null or item = any ($5))
  and ($6::text is null or status = $6)
  and ($7::timestamptz is null or quarantined_at >= $7)
  and ($8::text is null or department = $8 or department is null and quarantine.register = any ($9))
  and quarantined_at <= coalesce((select quarantined_at from last), 'infinity')
  and ($10::uuid is null
       or quarantined_at < (select quarantined_at from last)
       or (submission_id, place) > ($10, $11::bigint))
order by quarantined_at desc, submission_id, place
limit $12;

-- lines
-- The lines in quarantine of the submissions $1 at the places $2, as `page` gives them.
select quarantine.submission_id, place, quarantine.register, record_type, quarantine.reason, item, reason_zh, reason_en,
       quarantined_at, status, settled_at, settled_by, words, coalesce(retried_as, redelivered_as) as retried_as,
       source_unit, department, file, stated_at
from unnest($1::uuid[], $2::bigint[]) as asked (submission_id, place)
join quarantine using (submission_id, place)
join submission using (submission_id);

-- sealed
-- What was refused of the submissions $1 at the places $2: sealed, as it came.
select submission_id, place, key_id, line_encrypted
from unnest($1::uuid[], $2::bigint[]) as asked (submission_id, place)
join vault.raw using (submission_id, place);

-- redelivered
-- Settles those open lines that the unit $2 of register $1 sent with other submissions than $3 and that this one delivers
-- anew: those about the records (look-up $4, type $5, key $6) of which it says something at $7 that was not said before
-- them, and those that it names ($8, $9). What another transaction settles at the moment is left to that.
with anew as (
    select submission_id, place
    from unnest($4::bytea[], $5::text[], $6::text[], $7::timestamptz[]) as told (lookup, record_type, record_key, stated_at)
    join vault.recognised using (lookup, record_type, record_key)
    where recognised.stated_at <= told.stated_at
    union
    select * from unnest($8::uuid[], $9::bigint[]) as named (submission_id, place)
),
held as (
    select quarantine.submission_id, quarantine.place
    from anew
    join quarantine using (submission_id, place)
    join submission using (submission_id)
    where status = 'OPEN' and quarantine.register = $1 and submission.source_unit = $2 and submission_id <> $3
    order by submission_id, place
    for update of quarantine skip locked
)
update quarantine
set status = 'REDELIVERED', settled_at = clock_timestamp(), redelivered_as = $3,
    settled_by = (select sender from submission where submission_id = $3)
from held
where quarantine.submission_id = held.submission_id and quarantine.place = held.place;

-- mend
-- Keeps a line of submission $1 at place $2 as its department has mended it, sealed.
insert into vault.mended (submission_id, place, key_id, line_encrypted) values ($1, $2, $3, $4);

-- settle
-- Settles those of the lines $1, $2 that are open, or that the hub took to be delivered anew, as $3, by $4 with the words $5:
-- they are taken in again as the submission $6, if any, each at its place of $7. Gives those that it settled.
with asked as (
    select * from unnest($1::uuid[], $2::bigint[], $7::bigint[]) as asked (submission_id, place, retried_place)
),
held as (
    select submission_id, place from quarantine join asked using (submission_id, place)
    where status in ('OPEN', 'REDELIVERED')
    order by submission_id, place
    for update of quarantine
)
update quarantine
set status = $3, redelivered_as = null, settled_at = clock_timestamp(), settled_by = $4, words = $5, retried_as = $6,
    retried_place = case when $6::uuid is not null then asked.retried_place end
from held
join asked using (submission_id, place)
where quarantine.submission_id = held.submission_id and quarantine.place = held.place
  and quarantine.status in ('OPEN', 'REDELIVERED')
returning quarantine.submission_id, quarantine.place;

-- taken_again
-- The lines that are taken in again as the submission $1, in their order: where they were refused, when they were stated
-- by default, and what they say now, sealed in the context of the submission that they came with.
select submission_id, place, retried_place, stated_at,
       coalesce(mended.key_id, raw.key_id) as key_id,
       coalesce(mended.line_encrypted, raw.line_encrypted) as line_encrypted
from quarantine
join submission using (submission_id)
join vault.raw using (submission_id, place)
left join vault.mended using (submission_id, place)
where retried_as = $1
order by retried_place;

-- broken_off
-- The submissions whose keys begin with $1, as those of lines from quarantine do, that were begun $2 ago or earlier and are
-- not finished.
select register, source_unit, idempotency_key, digest, stated_at, sender, reason, department
from submission
where starts_with(idempotency_key, $1) and finished_at is null and started_at <= clock_timestamp() - $2::interval;
