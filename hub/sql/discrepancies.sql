-- open_digests
-- What stands open of the entities $1, by digest.
select entity_id, digest from discrepancy where entity_id = any ($1) and closed_at is null;

-- open
-- Opens discrepancies; each array is one column.
insert into discrepancy (entity_id, discrepancy_id, kind, cross_check, item, department, records, digest, opened_at)
select entity_id, discrepancy_id, kind, cross_check, item, department, records::json, digest, opened_at
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[],
            $9::timestamptz[])
    as new (entity_id, discrepancy_id, kind, cross_check, item, department, records, digest, opened_at);

-- close
-- Closes what stands open of the entities $1 by the digests $2 at the instants $3; never before it opened.
update discrepancy set closed_at = greatest(settled.at, discrepancy.opened_at)
from unnest($1::uuid[], $2::bytea[], $3::timestamptz[]) as settled (entity_id, digest, at)
where discrepancy.entity_id = settled.entity_id and discrepancy.digest = settled.digest
  and discrepancy.closed_at is null;

-- close_all
-- Closes all that stands open of the entities $1 at $2.
update discrepancy set closed_at = greatest($2, opened_at) where entity_id = any ($1) and closed_at is null;

-- bonds
-- The entities that stand for those to which the entities $1, or what is linked into them, have ever referred by way of $2,
-- and the identifiers that they have ever claimed beside others.
with member as (
    select asked.entity_id as member_id from unnest($1::uuid[]) as asked (entity_id)
    union
    select link.entity_id from link where link.into_id = any ($1) and link.unlinked_at is null
)
select distinct coalesce(link.into_id, reference.target_id) as id, false as is_contested
from member
join reference on reference.entity_id = member.member_id and reference.via = any ($2)
left join link on link.entity_id = reference.target_id and link.unlinked_at is null
union all
select distinct contest.identifier_id, true
from member
join contest on contest.entity_id = member.member_id;

-- referred_by
-- The entities that have ever referred by way of $2 to the entities $1 or to what is linked into them, each as the entity
-- that stands for it, with the member that it refers to.
with member as (
    select asked.entity_id, asked.entity_id as member_id from unnest($1::uuid[]) as asked (entity_id)
    union all
    select link.into_id, link.entity_id from link where link.into_id = any ($1) and link.unlinked_at is null
)
select distinct member.entity_id as asked_id, member.member_id,
       coalesce(link.into_id, reference.entity_id) as entity_id
from member
join reference on reference.target_id = member.member_id and reference.via = any ($2)
left join link on link.entity_id = reference.entity_id and link.unlinked_at is null;

-- views
-- The views of the entities $1, each under the id it was asked by; a linked one gives the entity that stands for it.
select asked.entity_id as asked_id, view.entity_id, view.kind, view.merged, view.records
from unnest($1::uuid[]) as asked (entity_id)
left join link on link.entity_id = asked.entity_id and link.unlinked_at is null
join view on view.entity_id = coalesce(link.into_id, asked.entity_id);

-- write_contests
-- Remembers that the entities $1 have claimed the identifiers $2, which their records show as $3.
insert into contest (entity_id, identifier_id, claim)
select distinct entity_id, identifier_id, claim
from unnest($1::uuid[], $2::uuid[], $3::text[]) as new (entity_id, identifier_id, claim)
on conflict do nothing;

-- rivals
-- Who has ever claimed the identifiers $1 beside others, or those that the entities $2, or what is linked into them, have so
-- claimed: each claimant as the entity that stands for it now.
with member as (
    select asked.entity_id as member_id from unnest($2::uuid[]) as asked (entity_id)
    union
    select link.entity_id from link where link.into_id = any ($2) and link.unlinked_at is null
),
asked as (
    select named.identifier_id from unnest($1::uuid[]) as named (identifier_id)
    union
    select contest.identifier_id from member join contest on contest.entity_id = member.member_id
)
select distinct contest.identifier_id, contest.claim, coalesce(link.into_id, contest.entity_id) as entity_id
from asked
join contest on contest.identifier_id = asked.identifier_id
left join link on link.entity_id = contest.entity_id and link.unlinked_at is null;

-- of_entities
-- What stood open of the entities $1 as the hub knew at $2, in the order in which it was found.
select discrepancy_id, entity_id, kind, cross_check, item, department, records, opened_at, closed_at
from discrepancy
where entity_id = any ($1) and opened_at <= $2 and (closed_at is null or closed_at > $2)
order by discrepancy_id;

-- page
-- Up to $5 discrepancies after $1 in the order in which they were found: those of department $2 and of item $3, and those
-- that stand open ($4 true) or are settled (false); what is null excludes none.
select discrepancy_id, entity_id, kind, cross_check, item, department, records, opened_at, closed_at
from discrepancy
where ($1::uuid is null or discrepancy_id > $1)
  and ($2::text is null or department = $2)
  and ($3::text is null or item = $3)
  and ($4::boolean is null or (closed_at is null) = $4)
order by discrepancy_id
limit $5;
