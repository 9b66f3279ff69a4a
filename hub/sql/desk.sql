-- views_by_lookup
-- The views that the look-ups $1 lead to, the entity that stands for a linked one in its place.
select identifier.lookup, view.entity_id, view.kind, view.version, view.merged, view.records, view.recorded_at,
       view.due_on
from vault.identifier
left join link on link.entity_id = identifier.entity_id and link.unlinked_at is null
join view on view.entity_id = coalesce(link.into_id, identifier.entity_id)
where identifier.lookup = any ($1) and identifier.superseded_at is null;

-- views_by_id
-- The views of the entities $1, each under the id it was asked by; a linked one gives the entity that stands for it.
select asked.entity_id as asked_id, view.entity_id, view.kind, view.version, view.merged, view.records,
       view.recorded_at, view.due_on
from unnest($1::uuid[]) as asked (entity_id)
left join link on link.entity_id = asked.entity_id and link.unlinked_at is null
join view on view.entity_id = coalesce(link.into_id, asked.entity_id);

-- own_identifiers
-- The sealed identifiers of the schemes $2 of the entities $1 and of what is linked into them, newest last, with the day
-- on which another took their place.
with member as (
    select asked.entity_id, asked.entity_id as member_id from unnest($1::uuid[]) as asked (entity_id)
    union all
    select link.into_id, link.entity_id from link where link.into_id = any ($1) and link.unlinked_at is null
)
select member.entity_id, identifier.scheme, identifier.identifier_id, identifier.key_id, identifier.value_encrypted,
       identifier.valid_to
from member
join vault.identifier on identifier.entity_id = member.member_id
where identifier.scheme = any ($2) and identifier.superseded_at is null
order by identifier.recorded_at, identifier.identifier_id;

-- identifiers_by_id
-- The sealed values of the identifiers $1.
select identifier_id, key_id, value_encrypted from vault.identifier where identifier_id = any ($1);

-- referrers
-- Which entities have ever referred by way of $2 to the entities $1 or to what is linked into them; one more than $3 of
-- them shows that there are too many.
with member as (
    select asked.entity_id, asked.entity_id as member_id from unnest($1::uuid[]) as asked (entity_id)
    union all
    select link.into_id, link.entity_id from link where link.into_id = any ($1) and link.unlinked_at is null
)
select member.entity_id as asked_id, member.member_id, reference.via, reference.entity_id
from member
join reference on reference.target_id = member.member_id
where reference.via = any ($2)
order by member.entity_id, reference.via, reference.entity_id
limit $3 + 1;

-- write_access_log
-- Keeps who was shown what; the answer leaves only after this is durable.
insert into audit.access_log (entry_id, agency, officer, role, purpose, operation, entity_ids, items, denied, trace_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);
