-- A change in the feed names the version of the catalog by which its view was merged
-- (docs/decisions/0023-catalog-over-http.md).

create or replace view feed as
select change.epoch, change.position, change.entity_id, change.version, change.kind, change.recorded_at,
       change.valid_on, change.items, change.divisions, change.submission_id, submission.register, submission.reason,
       change.catalog_version
from change
left join submission on submission.submission_id = change.submission_id;
