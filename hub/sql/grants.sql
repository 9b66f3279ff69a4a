-- turn
-- The number of times that grants and approvals have changed.
select turn from sharing_turn;

-- grants
-- Every grant that is kept, but those that ended or were revoked over a year ago.
select grant_id, agency, entity, items, modes, purpose, divisions, masked, basis, application_id, valid_from, valid_to,
       revoked_at
from sharing_grant
where coalesce(least(revoked_at, valid_to), clock_timestamp()) > clock_timestamp() - interval '366 days'
order by issued_at, grant_id;

-- approvals
-- Every approval of a head of a unit that has not ended.
select agency, entity, items, purpose, approved_by, valid_to from approval where valid_to > clock_timestamp();

-- disputes
-- What open objections dispute: entity and item, since when; of an entity linked into another, by the other.
select coalesce(link.into_id, objection.entity_id) as entity_id, item, min(objection.raised_at) as since
from objection
cross join lateral unnest(objection.items) as item
left join link on link.entity_id = objection.entity_id and link.unlinked_at is null
where objection.settled_at is null
group by 1, 2;

-- issue
-- Keeps a grant, which is in force at once; one of the same id gets the items and modes of this one.
insert into sharing_grant (grant_id, agency, entity, items, modes, purpose, divisions, masked, basis, application_id,
                           valid_to, issued_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (grant_id) do update set items = excluded.items, modes = excluded.modes
where (sharing_grant.items, sharing_grant.modes) is distinct from (excluded.items, excluded.modes);

-- revoke
-- Ends the grant $1 now: ordered by $2 because of $3; gives its agency, nothing where it has ended before.
update sharing_grant
set revoked_at = clock_timestamp(), revoked_by = $2, revoked_words = $3
where grant_id = $1 and revoked_at is null and (valid_to is null or valid_to > clock_timestamp())
returning agency;

-- approve
-- Keeps what the head of a unit approves for one case.
insert into approval (approval_id, agency, entity, items, purpose, approved_by, valid_to)
values ($1, $2, $3, $4, $5, $6, $7);

-- consented
-- The items that each subject of $1, or an entity linked into it, lets the agency $2 have for the purpose $3 now.
select subject.entity_id, array_agg(distinct item) as items
from unnest($1::uuid[]) as subject (entity_id)
cross join lateral (
    select subject.entity_id as member_id
    union all
    select link.entity_id from link where link.into_id = subject.entity_id and link.unlinked_at is null
) as member
join consent on consent.entity_id = member.member_id
cross join lateral unnest(consent.items) as item
where consent.agency = $2 and consent.purpose = $3 and consent.withdrawn_at is null
  and consent.valid_from <= clock_timestamp() and consent.valid_to > clock_timestamp()
group by subject.entity_id;

-- record_consent
-- Keeps what the subject $1 lets an agency have.
insert into consent (entity_id, consent_id, agency, items, purpose, valid_to, document_digest, recorded_by)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- withdraw_consent
-- Ends the consent $2 of the subject $1 to the agency $3, ordered by $4; nothing where there is none that stands.
update consent
set withdrawn_at = clock_timestamp(), withdrawn_by = $4
where entity_id = $1 and consent_id = $2 and agency = $3 and withdrawn_at is null
returning consent_id;
