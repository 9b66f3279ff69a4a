-- Why a delivery or an order was sent; through which entity a link leads into the one that stands, since that may have
-- been linked itself; and by which order a link was undone, if by any (docs/decisions/0019-links.md).

alter table submission add column reason text;

alter table link
    add column through_id uuid,
    add column undone_by uuid;
update link set through_id = into_id;
alter table link alter column through_id set not null;
create index link_through on link (through_id);

create or replace view feed as
select change.epoch, change.position, change.entity_id, change.version, change.kind, change.recorded_at,
       change.valid_on, change.items, change.divisions, change.submission_id, submission.register, submission.reason
from change
left join submission on submission.submission_id = change.submission_id;
