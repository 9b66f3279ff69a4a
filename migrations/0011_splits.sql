-- Records that turned out to be another entity's, and by which order (docs/decisions/0022-splits.md): what a source says of
-- them goes to the other one of the last row. The statements there are stand again under that one, and tell who moved them.

create table split (
    entity_id uuid not null,
    record_type text not null,
    source_unit text not null,
    record_key text not null,
    other_id uuid not null,
    split_at timestamptz not null,
    submission_id uuid not null,
    primary key (entity_id, record_type, source_unit, record_key, split_at)
);
create index split_other on split (other_id);

alter table state add column moved_by uuid;

create view held as
select *
from state
where not exists (
    select from split
    where split.entity_id = state.entity_id
      and split.record_type = state.record_type
      and split.source_unit = state.source_unit
      and split.record_key = state.record_key
);
