-- in_force
-- The number of the version of the catalog that is in force.
select max(number) from catalog_version;

-- is_in_use
-- Whether there is any entity.
select exists (select from view);

-- version
-- What the version $1 of the catalog says.
select content from catalog_version where number = $1;

-- in_force_at
-- The number of the version of the catalog that was in force at $1.
select max(number) from catalog_version where recorded_at <= $1;

-- since
-- The instant from which on the version $1 of the catalog is in force.
select recorded_at from catalog_version where number = $1;

-- versions
-- The last $2 versions of the catalog below $1, without what they say, each with the instant at which it was replaced.
select version.number, version.recorded_at, next.recorded_at as replaced_at, version.published_by, version.reason,
       version.remerged_at
from catalog_version as version
left join catalog_version as next on next.number = version.number + 1
where version.number < $1
order by version.number desc
limit $2;

-- publish
-- Makes $2, with the digest $3, the next version after $1, unless another came between: published by $4 because of
-- $5, in force from $6 on, or just after the one before. What stands before there is a first version follows that one.
insert into catalog_version (number, content, digest, published_by, reason, recorded_at, remerged_at)
select $1 + 1, $2::json, $3, $4, $5,
       greatest($6::timestamptz, max(recorded_at) + interval '1 microsecond'), case when $1 = 0 then clock_timestamp() end
from catalog_version
having coalesce(max(number), 0) = $1
on conflict do nothing
returning number;

-- followed
-- The version of the catalog that each entity of $1 followed, as the hub knew it at $2.
select asked.entity_id, greatest(
    (
        select change.catalog_version
        from change
        where change.entity_id = asked.entity_id and change.recorded_at <= $2
        order by change.version desc
        limit 1
    ),
    (
        select max(adoption.catalog_version)
        from adoption
        where adoption.entity_id = asked.entity_id and adoption.recorded_at <= $2
    )
) as number
from unnest($1::uuid[]) as asked (entity_id);

-- followed_since
-- Each version of the catalog that the entity $1 has followed, and since which instant up to $2.
select min(recorded_at) as recorded_at, catalog_version as number
from (
    select recorded_at, catalog_version from adoption where entity_id = $1 and recorded_at <= $2
    union all
    select recorded_at, catalog_version from change where entity_id = $1 and recorded_at <= $2
) as turn
group by catalog_version;

-- adopt
-- Has the views of the entities $1 follow the version $2 of the catalog from the instants $3 on, though they are as before.
with adopted as (
    update view set catalog_version = $2 where entity_id = any ($1)
)
insert into adoption (entity_id, catalog_version, recorded_at)
select entity_id, $2, at from unnest($1::uuid[], $3::timestamptz[]) as new (entity_id, at)
on conflict do nothing;

-- outstanding
-- The last version of the catalog, with how far it has come, and the one before the first that views may not follow yet.
select max(number) as number, min(number) - 1 as followed, (array_agg(remerged_to order by number desc))[1] as reached
from catalog_version
where remerged_at is null
having count(*) > 0;

-- claim
-- Takes what is left to be done for as long as the session lasts, unless another session has taken it.
select pg_try_advisory_lock(hashtextextended('follow catalog', 0));

-- scan
-- The next $2 entities after $1 in the order of their ids; each is concerned that has, or had, records of the types $4
-- and follows an older version of the catalog than $3.
select view.entity_id, view.linked_into is null and view.catalog_version < $3 and exists (
    select from state
    where state.record_type = any ($4) and state.entity_id in (
        select view.entity_id
        union all
        select link.entity_id from link where link.into_id = view.entity_id and link.unlinked_at is null
    )
) as is_concerned
from view
where view.entity_id > $1
order by view.entity_id
limit $2;

-- count_left
-- How many entities come after $1.
select count(*) from view where entity_id > $1;

-- followers
-- How many entities the re-merge by the version $1 of the catalog, or by a later one, has come to, and how many there are.
select case when remerged_at is not null then total else (
           select count(*) from view
           where entity_id <= (
               select remerged_to from catalog_version where number >= $1 order by remerged_to desc limit 1
           )
       ) end as followers, total
from catalog_version cross join (select count(*) as total from view) as entities
where number = $1;

-- standing
-- Those of the entities $1 whose views stand for themselves.
select entity_id, kind from view where entity_id = any ($1) and linked_into is null;

-- reach
-- Remembers that entities up to $2 follow the version $1 of the catalog as far as it concerns them.
update catalog_version set remerged_to = $2 where number = $1 and remerged_to < $2;

-- finish
-- Remembers that all entities follow the version $1 of the catalog, as far as it concerns them, and those before it.
update catalog_version set remerged_at = clock_timestamp() where number <= $1 and remerged_at is null;
