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
