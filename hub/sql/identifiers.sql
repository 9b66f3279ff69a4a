-- identifiers_of
-- The numbers of the schemes $2 that the entities $1, or what was linked into them by $3, have had by then: of each the
-- last that was known, since when it was, when it turned out to be another entity's, and the number in its place; of what
-- was linked, since when.
with member as (
    select asked.entity_id, asked.entity_id as member_id, null::timestamptz as linked_at
    from unnest($1::uuid[]) as asked (entity_id)
    union all
    select link.into_id, link.entity_id, link.linked_at
    from link
    where link.into_id = any ($1) and link.linked_at <= $3 and (link.unlinked_at is null or link.unlinked_at > $3)
),
held as (
    select distinct on (member.entity_id, identifier.lookup)
           member.entity_id, member.member_id as bearer_id, member.linked_at, identifier.lookup, identifier.identifier_id, identifier.scheme, identifier.key_id,
           identifier.value_encrypted, identifier.valid_to, identifier.replaced_by,
           min(identifier.recorded_at) over (partition by member.entity_id, identifier.lookup) as known_from,
           case when identifier.superseded_at <= $3 then identifier.superseded_at end as known_to
    from member
    join vault.identifier on identifier.entity_id = member.member_id
    where identifier.scheme = any ($2) and identifier.recorded_at <= $3
    order by member.entity_id, identifier.lookup, identifier.recorded_at desc, identifier.identifier_id desc
)
select held.entity_id, held.bearer_id, held.lookup, held.identifier_id, held.scheme, held.key_id, held.value_encrypted,
       held.valid_to, held.replaced_by, held.known_from, held.known_to, held.linked_at
from held
order by held.entity_id, held.known_from, held.identifier_id;
