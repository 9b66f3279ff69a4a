-- Full copies of a record type: which records a copy has named, how far it has come in ending the others, and the ends
-- that it concludes (docs/decisions/0025-full-copies.md). What a submission told first is kept when it is repeated. And how
-- far all views have been worked out anew, and which of them stood otherwise.

alter table submission
    add column copy_of text,
    add column settling_since timestamptz,
    add column settled_to uuid,
    add column removed bigint not null default 0,
    add column repeated_counts json,
    add column repeated_measures json;
create index submission_copies on submission (register, source_unit, copy_of, stated_at) where copy_of is not null;

create table copied (
    entity_id uuid not null,
    submission_id uuid not null,
    record_key text not null,
    primary key (entity_id, submission_id, record_key)
);

-- What the constraint allowed before it allows still, so no row is looked at.
alter table state
    drop constraint state_operation_check,
    add constraint state_operation_check check (operation in ('STATE', 'END', 'WITHDRAW', 'ABSENT')) not valid;

create table rebuild (
    rebuild_id uuid primary key,
    repairs boolean not null,
    reached uuid not null default '00000000-0000-0000-0000-000000000000',
    entities bigint not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz
);

create table rebuild_difference (
    entity_id uuid not null,
    rebuild_id uuid not null,
    items text[] not null,
    primary key (entity_id, rebuild_id)
);
