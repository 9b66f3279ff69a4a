-- answer
-- One level of a question in one round trip: the views of kind $9 that keys lead to, each with the keys that led to it and
-- the sealed numbers asked for.
-- A key is a row of $1 (its place) and of $2 (a look-up), $3 (an entity), $4 (an entity that others refer to by the ways
-- $5), or of $6 and $7: an employer's number and a name, which lead to the only legal entity that bears them, the number
-- before the name. At most $8 references are followed from one key; one that has more leads to a row without a view.
-- Records are read only where $10 says so. The numbers are the entities' own of the schemes $11, and those that their
-- records of the types $12 hold at the paths $13.
-- Keys lead where they led at $14, to what was known by then. Where $15 says that this is now, the views that stand come
-- with them, and names lead too, else the versions of then without their documents. An entity whose division begins with
-- none of $16 is not there; an empty one takes all, and null asks nothing and tells no division. Who asks has keys up to the
-- generation $17.
with asked as (
    select *
    from unnest($1::integer[], vault.asked($2, $17), $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[])
        as asked (place, lookup, entity_id, target_id, ways, number, name)
),
refers as (
    select asked.place, pointing.entity_id, pointing.member_id,
           count(*) over (partition by asked.place) > $8 as are_too_many
    from asked
    cross join lateral (
        select reference.entity_id, reference.target_id as member_id
        from (
            select asked.target_id as member_id
            union all
            select link.entity_id
            from link
            where link.into_id = asked.target_id
              and link.linked_at <= $14 and (link.unlinked_at is null or link.unlinked_at > $14)
        ) as member
        join reference on reference.target_id = member.member_id
        where reference.via = any (string_to_array(asked.ways, ','))
        limit $8 + 1
    ) as pointing
),
called as (
    select distinct on (bearer.place) bearer.place, bearer.match, bearer.entity_ids[1] as entity_id
    from (
        select asked.place, 'EMPLOYER_NUMBER' as match, array(
            select distinct coalesce(link.into_id, employer_number.entity_id)
            from employer_number
            left join link on link.entity_id = employer_number.entity_id
                and link.linked_at <= $14 and (link.unlinked_at is null or link.unlinked_at > $14)
            where employer_number.number = asked.number and employer_number.recorded_at <= $14
            limit 2
        ) as entity_ids
        from asked
        where asked.number is not null
        union all
        select asked.place, 'NAME', array(
            select card.entity_id from card where card.kind = 'LEGAL_ENTITY' and card.name_key = asked.name limit 2
        )
        from asked
        where asked.name is not null and $15
    ) as bearer
    where cardinality(bearer.entity_ids) = 1
    order by bearer.place, bearer.match
),
led as (
    select asked.place, 'KEY' as match, identifier.entity_id, null::uuid as member_id
    from asked
    join vault.identifier on identifier.lookup = asked.lookup
        and identifier.recorded_at <= $14 and (identifier.superseded_at is null or identifier.superseded_at > $14)
    union all
    select place, 'KEY', entity_id, null from asked where entity_id is not null
    union all
    select place, match, entity_id, null from called
    union all
    select place, 'REFERENCE', entity_id, member_id from refers where not are_too_many
    union all
    select distinct place, 'TOO_MANY', null::uuid, null::uuid from refers where are_too_many
),
found as (
    select coalesce(link.into_id, led.entity_id) as entity_id,
           array_agg(led.place) as places, array_agg(led.match) as matches, array_agg(led.member_id) as members
    from led
    left join link on link.entity_id = led.entity_id
        and link.linked_at <= $14 and (link.unlinked_at is null or link.unlinked_at > $14)
    group by coalesce(link.into_id, led.entity_id)
),
answered as (
    select view.entity_id, view.version, view.merged, case when $10 then view.records end as records, view.recorded_at,
           view.due_on, view.catalog_version, card.division
    from found
    join view on view.entity_id = found.entity_id
    left join card on $16::text[] is not null and card.entity_id = found.entity_id
    where view.kind = $9 and $15
      and ($16 is null or exists (select from unnest($16) as area where starts_with(coalesce(card.division, ''), area)))
    union all
    select view.entity_id, version.version, null, null, version.recorded_at, view.due_on, null, card.division
    from found
    join view on view.entity_id = found.entity_id
    left join card on $16::text[] is not null and card.entity_id = found.entity_id
    cross join lateral (
        select change.version, change.recorded_at
        from change
        where change.entity_id = found.entity_id and change.recorded_at <= $14
        order by change.version desc
        limit 1
    ) as version
    where view.kind = $9 and not $15
      and ($16 is null or exists (select from unnest($16) as area where starts_with(coalesce(card.division, ''), area)))
),
sealed as (
    select member.entity_id, identifier.entity_id as bearer_id, identifier.scheme, identifier.identifier_id, identifier.key_id,
           identifier.value_encrypted, identifier.valid_to, identifier.recorded_at,
           member.member_id = member.entity_id as is_own
    from (
        select entity_id, entity_id as member_id from answered
        union all
        select link.into_id, link.entity_id
        from answered
        join link on link.into_id = answered.entity_id
            and link.linked_at <= $14 and (link.unlinked_at is null or link.unlinked_at > $14)
    ) as member
    join vault.identifier on identifier.entity_id = member.member_id
    where identifier.scheme = any ($11)
      and identifier.recorded_at <= $14 and (identifier.superseded_at is null or identifier.superseded_at > $14)
    union all
    select answered.entity_id, held.entity_id, null, held.identifier_id, held.key_id, held.value_encrypted, held.valid_to,
           held.recorded_at, true
    from answered
    cross join lateral (
        select identifier.*
        from vault.identifier
        where identifier.identifier_id = any (array(
            select case when json_typeof(spoken.value) = 'string' then (spoken.value #>> '{}')::uuid end
            from unnest($12::text[], $13::text[]) as path (record_type, item)
            cross join lateral json_array_elements(answered.records -> path.record_type) as record
            cross join lateral (select record.value -> 'values' #> string_to_array(path.item, '.')) as spoken (value)
        ))
    ) as held
),
opened as (
    select entity_id, array_agg(scheme) as schemes, array_agg(identifier_id) as identifier_ids,
           array_agg(bearer_id) as bearer_ids,
           array_agg(key_id) as key_ids, array_agg(value_encrypted) as sealed_values, array_agg(valid_to) as valid_tos
    from (select * from sealed order by is_own, recorded_at, identifier_id) as ordered
    group by entity_id
)
select found.places, found.matches, found.members, answered.*,
       opened.schemes, opened.identifier_ids, opened.bearer_ids, opened.key_ids, opened.sealed_values, opened.valid_tos
from found
left join answered using (entity_id)
left join opened using (entity_id);

-- version_known
-- The entity of kind $4 that the look-up whose forms are $1 leads to now or that has the id $2, who asks with keys up to the
-- generation $5; when its version $3 became known, and of
-- which day it is, if it has one.
select view.entity_id, change.recorded_at, change.valid_on, card.division
from (
    select coalesce(link.into_id, identifier.entity_id) as entity_id
    from vault.identifier
    left join link on link.entity_id = identifier.entity_id and link.unlinked_at is null
    where identifier.lookup = any ((select vault.asked($1, $5))::bytea[]) and identifier.superseded_at is null
    union all
    select $2
) as asked
join view on view.entity_id = asked.entity_id and view.kind = $4
left join change on change.entity_id = view.entity_id and change.version = $3
left join card on card.entity_id = view.entity_id;

-- waiting_view
-- The view of the entity $1, if it stands and there is a day on which valid time alone may change it.
select entity_id, version, recorded_at, due_on, catalog_version
from view
where entity_id = $1 and due_on is not null and linked_into is null;

-- sealed_numbers
-- The sealed values of the identifiers $1.
select identifier_id, entity_id, key_id, value_encrypted, valid_to from vault.identifier where identifier_id = any ($1);
