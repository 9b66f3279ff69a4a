-- as_of
-- The states in force on $2 as the hub knew them at $3, for the entities in $1 with all that was linked into them by
-- then. Of each record the statement with the latest valid_from counts, unless it has ended; where it repeats what
-- stood before it, the first of the run is given, so that saying a thing again changes nothing.
with member as (
    select asked.entity_id, asked.entity_id as member_id
    from unnest($1::uuid[]) as asked (entity_id)
    union all
    select link.into_id, link.entity_id
    from link
    where link.into_id = any ($1)
      and link.linked_at <= $3
      and (link.unlinked_at is null or link.unlinked_at > $3)
),
known as (
    select member.entity_id, state.state_id, state.register, state.record_type, state.source_unit, state.record_key,
           state.valid_from, state.valid_to, state.stated_at, state.recorded_at, state.submission_id,
           state.moved_by, state.digest, state.payload,
           state.digest is distinct from lag(state.digest) over (
               partition by member.entity_id, state.register, state.record_type, state.source_unit, state.record_key
               order by state.valid_from, state.stated_at, state.digest, state.state_id
           ) as opens_run
    from member
    join state on state.entity_id = member.member_id
    where state.recorded_at <= $3
      and (state.superseded_at is null or state.superseded_at > $3)
      and state.valid_from <= $2
),
latest as (
    select distinct on (entity_id, register, record_type, source_unit, record_key) *
    from known
    where opens_run
    order by entity_id, register, record_type, source_unit, record_key, valid_from desc, stated_at desc, digest desc,
             state_id desc
)
select entity_id, state_id, register, record_type, source_unit, record_key, valid_from, valid_to, stated_at, recorded_at,
       submission_id, moved_by, payload
from latest
where valid_to is null or valid_to > $2;

-- next_change
-- The next date after $2 on which valid time alone changes what is in force as the hub knew it at $3, for each entity of $1
-- that has one.
with member as (
    select asked.entity_id, asked.entity_id as member_id
    from unnest($1::uuid[]) as asked (entity_id)
    union all
    select link.into_id, link.entity_id
    from link
    where link.into_id = any ($1)
      and link.linked_at <= $3
      and (link.unlinked_at is null or link.unlinked_at > $3)
)
select member.entity_id, min(turn.day) as due_on
from member
join state on state.entity_id = member.member_id
    and state.recorded_at <= $3 and (state.superseded_at is null or state.superseded_at > $3)
cross join lateral (values (state.valid_from), (state.valid_to)) as turn (day)
where turn.day > $2
group by member.entity_id;
