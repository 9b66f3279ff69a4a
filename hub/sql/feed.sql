-- changes_after
-- Up to $5 changes after the place (epoch $1, position $2, entity $3, version $4) in the order of the feed. Only those
-- that are settled: no transaction still open is older than they are, so nothing can come to stand before them.
select * from feed
where (epoch, position, entity_id, version) > ($1, $2, $3, $4)
  and (epoch, position) < ((select max(epoch) from feed_epoch), pg_snapshot_xmin(pg_current_snapshot()))
order by epoch, position, entity_id, version
limit $5;

-- latest_changes
-- The $1 last changes that are settled, the very last one first.
select * from feed
where (epoch, position) < ((select max(epoch) from feed_epoch), pg_snapshot_xmin(pg_current_snapshot()))
order by epoch desc, position desc, entity_id desc, version desc
limit $1;

-- held_back_since
-- The known time of the first change that is written but not settled, because an older transaction is still open.
select recorded_at from change
where (epoch, position) >= ((select max(epoch) from feed_epoch), pg_snapshot_xmin(pg_current_snapshot()))
order by epoch, position, entity_id, version
limit 1;

-- is_change
-- Whether the place (epoch $1, position $2, entity $3, version $4) is that of a change.
select exists (
    select from change where entity_id = $3 and version = $4 and epoch = $1 and position = $2
);

-- begin_epoch
-- Begins a new epoch where a change bears a position that this server has yet to reach: another one wrote it.
insert into feed_epoch (epoch)
select latest.epoch + 1
from (select max(epoch) as epoch from feed_epoch) as latest
where exists (
    select from change
    where change.epoch = latest.epoch and change.position >= pg_snapshot_xmax(pg_current_snapshot())
)
on conflict do nothing;

-- versions
-- Up to $3 versions of the entity $1 that come before version $2 and were known at $4, the last one first.
select * from feed where entity_id = $1 and version < $2 and recorded_at <= $4 order by version desc limit $3;

-- versions_after
-- Up to $3 versions of the entity $1 that come after version $2, the first one first.
select * from feed where entity_id = $1 and version > $2 order by version limit $3;

-- versions_numbered
-- The versions $2 of the entity $1 that were known at $3.
select * from feed where entity_id = $1 and version = any ($2) and recorded_at <= $3;

-- turns
-- The days and, up to $3, the instants at which what records of the types $2 say of the entity $1 may begin or cease to
-- hold, in order; what was said of entities ever linked into it counts too.
with member as (
    select $1::uuid as member_id, null::timestamptz as linked_at, null::timestamptz as unlinked_at
    union all
    select entity_id, linked_at, unlinked_at from link where into_id = $1
),
said as (
    select state.valid_from, state.valid_to, state.recorded_at, state.superseded_at, member.linked_at,
           member.unlinked_at
    from member
    join state on state.entity_id = member.member_id
    where state.record_type = any ($2) and state.recorded_at <= $3
)
select array(
           select distinct day from said cross join lateral unnest(array[valid_from, valid_to]) as turn (day)
           where day is not null
           order by day
       ) as days,
       array(
           select distinct instant
           from said
           cross join lateral unnest(array[recorded_at, superseded_at, linked_at, unlinked_at]) as turn (instant)
           where instant <= $3
           order by instant
       ) as instants;
