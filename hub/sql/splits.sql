-- members
-- The entity $1 and what is linked into it now.
select $1::uuid as entity_id
union all
select entity_id from link where into_id = $1 and unlinked_at is null;

-- held
-- Those of the records (type $2, unit $3, key $4, each by place) of which something was said of the entities $1, with the
-- entity that it was said of; what was split off an entity is no longer said of it.
select distinct held.entity_id, held.record_type, held.source_unit, held.record_key
from unnest($2::text[], $3::text[], $4::text[]) as named (record_type, source_unit, record_key)
join held using (record_type, source_unit, record_key)
where held.entity_id = any ($1);

-- done
-- The last order that split the records (type $2, unit $3, key $4, each by place) off the entities $1, where it was one
-- for them all.
select last.other_id, last.split_at, last.submission_id
from unnest($2::text[], $3::text[], $4::text[]) as named (record_type, source_unit, record_key)
cross join lateral (
    select other_id, split_at, submission_id
    from split
    where split.entity_id = any ($1) and split.record_type = named.record_type
      and split.source_unit = named.source_unit and split.record_key = named.record_key
    order by split_at desc
    limit 1
) as last
group by last.other_id, last.split_at, last.submission_id
having count(*) = cardinality($2);

-- split_off
-- Where what the unit $2 says of the entities $1 goes: of each record that was split off, the entity that it belongs to,
-- and the one that stands for that now.
select distinct on (split.entity_id, split.record_type, split.record_key)
       split.entity_id, split.record_type, split.record_key, split.other_id,
       coalesce(link.into_id, split.other_id) as canonical_id
from split
left join link on link.entity_id = split.other_id and link.unlinked_at is null
where split.entity_id = any ($1) and split.source_unit = $2
order by split.entity_id, split.record_type, split.record_key, split.split_at desc;

-- said_elsewhere
-- What the unit $6 of register $5 said of the records (entity $1, type $2, key $3, each by place) when it was said of who had
-- borne the number with the look-up $4 before, or of whom that record was split off to since.
select asked.entity_id, held.entity_id as member_id, held.register, held.source_unit, held.record_type, held.record_key,
       held.state_id, held.valid_from, held.stated_at, held.operation, held.digest, held.submission_id,
       false as current
from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) as asked (entity_id, record_type, record_key, lookup)
join vault.identifier on identifier.lookup = asked.lookup and identifier.superseded_at is not null
cross join lateral (
    select identifier.entity_id
    union all
    select split.other_id
    from split
    where split.entity_id = identifier.entity_id and split.record_type = asked.record_type
      and split.source_unit = $6 and split.record_key = asked.record_key
) as former
join held on held.entity_id = former.entity_id and held.record_type = asked.record_type
    and held.record_key = asked.record_key and held.register = $5 and held.source_unit = $6;

-- move_states
-- Lets all that was said of the records (entity $1, type $2, unit $3, key $4, each by place) be said of the entity $5 from
-- $6 on, by the order $7: it stands there as it stood here.
with moving as (
    select held.*
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as named (entity_id, record_type, source_unit, record_key)
    join held using (entity_id, record_type, source_unit, record_key)
),
ended as (
    update state set superseded_at = greatest($6, state.recorded_at)
    from moving
    where state.entity_id = moving.entity_id and state.state_id = moving.state_id and state.superseded_at is null
)
insert into state (entity_id, state_id, register, record_type, source_unit, record_key, operation, valid_from, valid_to,
                   stated_at, recorded_at, superseded_at, digest, payload, submission_id, moved_by)
select $5, state_id, register, record_type, source_unit, record_key, operation, valid_from, valid_to,
       stated_at, $6, case when superseded_at is not null then $6 end, digest, payload, submission_id, $7
from moving;

-- write_splits
-- Keeps that the records (entity $1, type $2, unit $3, key $4, each by place) belong to the entity $5 from $6 on, by the
-- order $7, and so do those that had been split off others before.
with named as (
    select *
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as named (entity_id, record_type, source_unit, record_key)
)
insert into split (entity_id, record_type, source_unit, record_key, other_id, split_at, submission_id)
select entity_id, record_type, source_unit, record_key, $5::uuid, $6::timestamptz, $7::uuid from named
union
select split.entity_id, record_type, source_unit, record_key, $5, $6, $7
from named
join split using (record_type, source_unit, record_key)
where split.other_id = named.entity_id;

-- copy_references
-- Remembers of the entity $3 to whom the records of the types $2 of the entities $1 have referred.
insert into reference (target_id, via, entity_id)
select distinct target_id, via, $3::uuid
from reference
where entity_id = any ($1) and split_part(via, '.', 1) = any ($2)
on conflict do nothing;

-- numbers
-- Every number that the entities $1 have or have had.
select identifier_id, entity_id, scheme, key_id, value_encrypted from vault.identifier where entity_id = any ($1);

-- contests
-- What the entities $1 have claimed beside others.
select distinct identifier_id, claim from contest where entity_id = any ($1);

-- splits_of
-- Of which entities records of the entities $1 were said before, and to which they were moved, as the hub knew it at $2,
-- the first order first.
select distinct split.entity_id, split.other_id, split.split_at, submission.reason, split.submission_id
from split
join submission on submission.submission_id = split.submission_id
where (split.entity_id = any ($1) or split.other_id = any ($1)) and split.split_at <= $2
order by split.split_at, split.entity_id;
