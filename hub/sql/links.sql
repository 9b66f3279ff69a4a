-- standing_link
-- The entity that the entity $1 is linked into, and since when.
select into_id, linked_at, submission_id from link where entity_id = $1 and unlinked_at is null;

-- unlink
-- Ends at $2 the link that stands for the entity $1, by the order $3.
update link set unlinked_at = $2, undone_by = $3 where entity_id = $1 and unlinked_at is null;

-- return_members
-- Lets the entity $1 stand from $2 on for what leads through it.
with recursive below as (
    select entity_id from link where through_id = $1 and unlinked_at is null
    union all
    select link.entity_id from below join link on link.through_id = below.entity_id and link.unlinked_at is null
),
returned as (
    update link set unlinked_at = $2
    from below
    where link.entity_id = below.entity_id and link.unlinked_at is null
    returning link.entity_id, link.through_id, link.reason, link.submission_id
),
redirected as (
    update view set linked_into = $1 from returned where view.entity_id = returned.entity_id
)
insert into link (entity_id, into_id, through_id, linked_at, reason, submission_id)
select entity_id, $1, through_id, $2, reason, submission_id from returned;

-- kept_apart
-- Those pairs among the entities $1, with what is linked into them, of which an order undid a link or split one off the
-- other.
with member as (
    select asked.entity_id, asked.entity_id as member_id from unnest($1::uuid[]) as asked (entity_id)
    union all
    select link.into_id, link.entity_id from link where link.into_id = any ($1) and link.unlinked_at is null
)
select distinct one.entity_id, other.entity_id as other_id
from member as one
cross join lateral (
    select link.through_id as other_id from link where link.entity_id = one.member_id and link.undone_by is not null
    union all
    select split.other_id from split where split.entity_id = one.member_id
) as parted
join member as other on other.member_id = parted.other_id
where one.entity_id <> other.entity_id;

-- merged_from
-- What was linked into the entities $1 as the hub knew it at $2, the first one first.
select into_id, entity_id, linked_at, reason
from link
where into_id = any ($1) and linked_at <= $2 and (unlinked_at is null or unlinked_at > $2)
order by linked_at, entity_id;

-- write_order
-- Keeps an order among the submissions, of no register: its id $1, what was ordered ($2), when ($3), by whom and why.
insert into submission (submission_id, register, source_unit, idempotency_key, digest, stated_at, sender, position, reason,
                        started_at, finished_at)
values ($1::uuid, '', $2, $1::uuid::text, '', $3, $4, 1, $5, $3, $3);

-- replaced_between
-- The numbers of the entity $1, with what is linked into it, of which a number of the entity $2, with what is, took the
-- place; and the other way round.
with member as (
    select asked.entity_id, asked.entity_id as member_id from unnest(array[$1, $2]::uuid[]) as asked (entity_id)
    union all
    select into_id, entity_id from link where into_id in ($1, $2) and unlinked_at is null
)
select former.lookup, former.identifier_id, former.entity_id, former.scheme, former.key_id, former.value_encrypted
from member as one
join vault.identifier as former on former.entity_id = one.member_id and former.superseded_at is null
join vault.identifier as latter on latter.lookup = former.replaced_by and latter.superseded_at is null
join member as other on other.member_id = latter.entity_id
where one.entity_id <> other.entity_id;
