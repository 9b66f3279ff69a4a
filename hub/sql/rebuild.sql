-- unfinished
-- The rebuild that was broken off, of those that repair if $1 and of those that only compare if not.
select rebuild_id, reached, entities from rebuild where repairs = $1 and finished_at is null order by started_at limit 1;

-- begin
-- Begins the rebuild $1, which repairs if $2.
insert into rebuild (rebuild_id, repairs) values ($1, $2);

-- count_left
-- How many entities have a view and come after $1.
select count(*) from view where entity_id > $1;

-- entities
-- The next $2 entities after $1 of which there is a view or a statement.
select entity_id
from (
    (select entity_id from view where entity_id > $1 order by entity_id limit $2)
    union
    (select distinct entity_id from state where entity_id > $1 order by entity_id limit $2)
) as known
order by entity_id
limit $2;

-- standing
-- What stands of the entities $1: the view, the card (null where there is none), and the entity that stands for it.
select asked.entity_id, view.kind, view.merged, view.records, view.due_on, view.catalog_version, view.recorded_at,
       view.linked_into,
       link.into_id, card.entity_id as card_id, card.name, card.name_key, card.birth_date, card.division, card.category,
       card.status
from unnest($1::uuid[]) as asked (entity_id)
left join view on view.entity_id = asked.entity_id
left join card on card.entity_id = asked.entity_id
left join link on link.entity_id = asked.entity_id and link.unlinked_at is null;

-- note
-- Keeps for the rebuild $1 what of the entities $2 stands otherwise, each as $3, joined by commas.
insert into rebuild_difference (entity_id, rebuild_id, items)
select entity_id, $1::uuid, string_to_array(items, ',') from unnest($2::uuid[], $3::text[]) as new (entity_id, items)
on conflict (entity_id, rebuild_id) do update set items = excluded.items;

-- reach
-- Remembers that the rebuild $1 has come to the entity $2, with $3 more.
update rebuild set reached = $2, entities = entities + $3 where rebuild_id = $1;

-- finish
-- Remembers that the rebuild $1 has gone through all entities.
update rebuild set finished_at = clock_timestamp() where rebuild_id = $1;

-- differences
-- The first $2 entities of which the rebuild $1 found that something stands otherwise, and how many there are in all.
select entity_id, items, count(*) over () as total
from rebuild_difference
where rebuild_id = $1
order by entity_id
limit $2;

-- restore_views
-- Puts an empty view where the entities $1 have none, as of their last version; the next one will say what is missing.
insert into view (entity_id, kind, version, merged, records, recorded_at, catalog_version)
select distinct on (entity_id) entity_id, kind, version, '{"items":{},"sources":[]}', '{}', recorded_at, catalog_version
from change
where entity_id = any ($1)
order by entity_id, version desc
on conflict do nothing;

-- restore_links
-- Has the views of the entities $1 say who stands for them as the links do, and takes away cards of those that do not
-- stand for themselves.
with put_right as (
    update view
    set linked_into = (select into_id from link where link.entity_id = view.entity_id and unlinked_at is null)
    where entity_id = any ($1)
)
delete from card
where entity_id = any ($1)
  and exists (select from link where link.entity_id = card.entity_id and link.unlinked_at is null);
