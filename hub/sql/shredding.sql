-- order_shredding
-- Orders that what the vault keeps of the entity $1 is destroyed, by $2 for the reason $3, unless that is ordered already.
insert into shredding (entity_id, ordered_by, reason) values ($1, $2, $3)
on conflict do nothing
returning true;

-- approve_shredding
-- Approves the order about the entity $1, by $2, who did not give it; gives whether it may be carried out.
update shredding
set approved_by = coalesce(approved_by, $2), approved_at = coalesce(approved_at, clock_timestamp())
where entity_id = $1 and done_at is null and (approved_by is not null or ordered_by <> $2)
returning true;

-- subjects
-- The entity $1 and those that are linked into it.
select $1::uuid as entity_id
union
select entity_id from link where into_id = $1 and unlinked_at is null;

-- lines_about
-- The lines in quarantine of which the hub can tell that they are about the entities $1.
select distinct recognised.submission_id, recognised.place
from vault.identifier
join vault.recognised using (lookup)
where identifier.entity_id = any ($1) and identifier.superseded_at is null;

-- numbers
-- The numbers of the entities $1, as they lie sealed.
select identifier_id, entity_id, scheme, key_id, value_encrypted
from vault.identifier
where entity_id = any ($1);

-- blank_identifiers
-- Leaves nothing of the values of the identifiers of the entities $1; gives how many had one.
with blanked as (
    update vault.identifier set value_encrypted = '' where entity_id = any ($1) and value_encrypted <> '' returning true
)
select count(*) from blanked;

-- blank_lines
-- Leaves nothing of the refused lines $1, $2, as they came and as they were mended; gives how many there were.
with asked as (
    select * from unnest($1::uuid[], $2::bigint[]) as asked (submission_id, place)
),
mended as (
    update vault.mended set line_encrypted = '' from asked
    where mended.submission_id = asked.submission_id and mended.place = asked.place
),
blanked as (
    update vault.raw set line_encrypted = '' from asked
    where raw.submission_id = asked.submission_id and raw.place = asked.place and raw.line_encrypted <> ''
    returning true
)
select count(*) from blanked;

-- shredded
-- Notes that the order about the entity $1 is carried out.
update shredding set done_at = clock_timestamp() where entity_id = $1 and done_at is null;

-- shreddings
-- Every order, the latest first.
select entity_id, ordered_at, ordered_by, reason, approved_by, done_at from shredding order by ordered_at desc, entity_id;
