-- runs
-- Up to $5 submissions before $4 if given, the latest first, with what their lines are worth: those of register $1, and
-- those delivered by department $2, which is that of the registers $3 unless a submission names another. Null excludes none.
select submission_id, register, source_unit, department, file, started_at, finished_at, measures, failed_at, failure
from submission
where ($1::text is null or register = $1)
  and ($2::text is null or department = $2 or department is null and register = any ($3))
  and ($4::uuid is null or submission_id < $4)
  and (measures::text <> '{}' or failed_at is not null)
order by submission_id desc
limit $5;

-- open_discrepancies
-- How many discrepancies that involve records of the register $1 stood open at $2.
select count(*)
from discrepancy
where registers_of(records) @> array[$1] and opened_at <= $2 and (closed_at is null or closed_at > $2);

-- heard
-- When each unit delivered records of each type last: of the register $1, or of all of them.
select register, source_unit, record_type, delivered_at
from source
where $1::text is null or register = $1
order by register, source_unit, record_type;

-- habit
-- What the lines of up to 30 submissions were worth that the unit $2 delivered to the register $1 before the submission $4,
-- and that held records of type $3; of the latest 200 of its files and pulls.
select measures
from (
    select measures, started_at
    from submission
    where register = $1 and source_unit = $2 and finished_at is not null and results is null
      and started_at < (select started_at from submission where submission_id = $4)
    order by started_at desc
    limit 200
) as latest
where measures::jsonb ? $3
order by started_at desc
limit 30;

-- open_anomaly
-- Opens an anomaly, unless the submission has one of the kind already.
insert into anomaly (anomaly_id, register, source_unit, submission_id, kind, found, usual)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (submission_id, kind) do nothing
returning anomaly_id;

-- anomalies
-- Up to $6 anomalies before $5 if given, the latest first: those of register $1, those that are open ($2 true) or closed,
-- and those of what department $3 delivered, which is that of the registers $4 unless a submission names another. Null
-- excludes none.
select anomaly_id, anomaly.register, anomaly.source_unit, submission_id, kind, found, usual, opened_at, reported_at,
       reported_by, reported_words, closed_at, closed_by, closed_words, department
from anomaly
join submission using (submission_id)
where ($1::text is null or anomaly.register = $1)
  and ($2::boolean is null or (closed_at is null) = $2)
  and ($3::text is null or department = $3 or department is null and anomaly.register = any ($4))
  and ($5::uuid is null or anomaly_id < $5)
order by anomaly_id desc
limit $6;

-- anomaly
-- The anomaly $1, as `anomalies` gives it.
select anomaly_id, anomaly.register, anomaly.source_unit, submission_id, kind, found, usual, opened_at, reported_at,
       reported_by, reported_words, closed_at, closed_by, closed_words, department
from anomaly
join submission using (submission_id)
where anomaly_id = $1;

-- report_anomaly
-- Keeps who reported the anomaly $1, with the words $3, if nobody has.
update anomaly set reported_at = clock_timestamp(), reported_by = $2, reported_words = $3
where anomaly_id = $1 and reported_at is null and closed_at is null
returning anomaly_id;

-- close_anomaly
-- Keeps who closed the anomaly $1, with the words $3, if nobody has.
update anomaly set closed_at = clock_timestamp(), closed_by = $2, closed_words = $3
where anomaly_id = $1 and closed_at is null
returning anomaly_id;

-- unwatched
-- The submissions that were finished since $1, of files and pulls, as they were delivered.
select submission_id, register, source_unit, measures
from submission
where finished_at >= $1 and results is null and measures::text <> '{}';

-- singles
-- What came in single calls, by unit and day since $1 in Shanghai, under the day's first submission: how many lines, how many
-- of them were refused, and by how many seconds one was ahead. Calls whose keys begin with $2, as those of lines from
-- quarantine do, are left out.
select register, source_unit, (array_agg(submission_id order by started_at, submission_id))[1] as submission_id,
       sum(taken + refused)::bigint as lines, sum(refused)::bigint as refused, max(ahead) as ahead
from submission
cross join lateral json_each(measures) as of_type (record_type, measured)
cross join lateral (
    select coalesce((measured ->> 'taken')::bigint, 0) as taken, coalesce((measured ->> 'ahead')::bigint, 0) as ahead,
           coalesce((select sum(count::bigint) from json_each_text(measured -> 'refused') as reason (code, count)), 0) as refused
) as counted
where results is not null and started_at >= $1 and not starts_with(idempotency_key, $2)
group by register, source_unit, (started_at at time zone 'Asia/Shanghai')::date
order by min(started_at);

-- standing
-- How much of each register waits: lines open in quarantine, anomalies that are open and those that are open for more than
-- 48 hours, submissions that are not finished.
select register, sum(quarantine) as quarantine, sum(anomalies) as anomalies, sum(overdue) as overdue,
       sum(unfinished) as unfinished
from (
    select register, count(*) as quarantine, 0 as anomalies, 0 as overdue, 0 as unfinished
    from quarantine
    where status = 'OPEN'
    group by register
    union all
    select register, 0, count(*), count(*) filter (where opened_at < clock_timestamp() - interval '48 hours'), 0
    from anomaly
    where closed_at is null
    group by register
    union all
    select register, 0, 0, 0, count(*) from submission where finished_at is null group by register
) as counted
group by register;
