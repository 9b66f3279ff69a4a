-- server
-- The server's settings on which the hub leans, its time, and the replication slots that nobody reads: they keep what was
-- written until the disk is full.
select clock_timestamp() as at,
       current_setting('max_locks_per_transaction')::bigint
           * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint) as locks,
       current_setting('fsync')::boolean as fsync,
       current_setting('full_page_writes')::boolean as full_page_writes,
       current_setting('synchronous_commit') <> 'off' as synchronous_commit,
       (select count(*) from pg_replication_slots where not active) as idle_slots;

-- failing
-- The sources whose last run has failed as often as it may be tried.
select source from (select distinct on (source) source, failing from run order by source, started_at desc) as latest
where failing
order by source;

-- unfinished
-- How many submissions were begun more than an hour ago and are not finished, though nothing is known to keep them from it.
select count(*)
from submission
where finished_at is null and failed_at is null and started_at < clock_timestamp() - interval '1 hour';

-- failed
-- How many submissions have failed, of sources that have delivered nothing whole since.
select count(*)
from submission as failed
where failed_at is not null and not exists (
    select from submission as later
    where later.register = failed.register and later.source_unit = failed.source_unit
      and later.started_at >= failed.started_at and later.finished_at > failed.failed_at
);
