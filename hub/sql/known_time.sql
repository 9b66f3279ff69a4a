-- announce
-- The instant at which the transaction begins to write, which is its known time. Until the transaction has ended, a
-- shared advisory lock of two keys shows an instant just before it to everybody; no other lock of the hub has two keys.
with announced as materialized (
    select pg_advisory_xact_lock_shared((microseconds >> 31)::integer, (microseconds & 2147483647)::integer)
    from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as microseconds) as clock
)
select clock_timestamp() from announced;

-- settled
-- The database's time now, and the instant before which nothing will be written any more: that of the oldest
-- announcement that was made before now and still stands.
with clock as materialized (select clock_timestamp() as now)
select clock.now, least(clock.now, (
    select min(announced.at)
    from pg_locks
    cross join lateral (
        select timestamptz 'epoch' + ((classid::bigint << 31) + objid::bigint) * interval '1 microsecond' as at
    ) as announced
    where locktype = 'advisory' and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())
      and announced.at <= clock.now
)) as settled
from clock;
