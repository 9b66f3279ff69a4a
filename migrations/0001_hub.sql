-- Entities, what registers say of them, and the views merged from it (docs/decisions/0001-what-is-stored.md).
-- Every table that grows with entities has entity_id first in its key, and none refers to another entity's rows by a
-- foreign key, so that each can be distributed by hash of that column.

create schema vault;
create schema audit;

create table vault.identifier (
    lookup bytea not null,
    identifier_id uuid not null,
    key_generation smallint not null,
    entity_id uuid not null,
    scheme text not null,
    key_id text not null,
    value_encrypted bytea not null,
    submission_id uuid not null,
    recorded_at timestamptz not null,
    superseded_at timestamptz,
    primary key (lookup, identifier_id)
);
create unique index identifier_current on vault.identifier (lookup) where superseded_at is null;
create index identifier_of_entity on vault.identifier (entity_id, scheme);
create index identifier_by_id on vault.identifier (identifier_id);

create table vault.raw (
    submission_id uuid not null,
    place bigint not null,
    key_id text not null,
    line_encrypted bytea not null,
    primary key (submission_id, place)
);

create table vault.key (
    name text primary key,
    first_used_at timestamptz not null default clock_timestamp()
);

create table link (
    entity_id uuid not null,
    into_id uuid not null,
    linked_at timestamptz not null,
    unlinked_at timestamptz,
    reason text not null,
    submission_id uuid not null,
    primary key (entity_id, linked_at)
);
create unique index link_current on link (entity_id) where unlinked_at is null;
create index link_members on link (into_id);

create table state (
    entity_id uuid not null,
    state_id uuid not null,
    register text not null,
    record_type text not null,
    source_unit text not null,
    record_key text not null,
    operation text not null check (operation in ('STATE', 'END', 'WITHDRAW')),
    valid_from date not null,
    valid_to date,
    stated_at timestamptz not null,
    recorded_at timestamptz not null,
    superseded_at timestamptz,
    digest bytea not null,
    payload json not null,
    submission_id uuid not null,
    primary key (entity_id, state_id),
    check (superseded_at >= recorded_at)
);

create table view (
    entity_id uuid primary key,
    kind text not null check (kind in ('NATURAL_PERSON', 'LEGAL_ENTITY')),
    version integer not null,
    merged json not null,
    records json not null,
    recorded_at timestamptz not null,
    due_on date,
    linked_into uuid
);
create index view_due on view (due_on) where due_on is not null;

create table change (
    entity_id uuid not null,
    version integer not null,
    kind text not null,
    recorded_at timestamptz not null,
    valid_on date not null,
    position xid8 not null default pg_current_xact_id(),
    items text[] not null,
    submission_id uuid not null,
    primary key (entity_id, version)
);

create table reference (
    target_id uuid not null,
    via text not null,
    entity_id uuid not null,
    primary key (target_id, via, entity_id)
);

create table submission (
    submission_id uuid primary key,
    register text not null,
    source_unit text not null,
    idempotency_key text not null,
    digest bytea not null,
    stated_at timestamptz not null,
    sender text not null,
    position bigint not null default 0,
    counts json not null default '{}',
    results json,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    unique (register, source_unit, idempotency_key)
);

create table quarantine (
    submission_id uuid not null,
    place bigint not null,
    register text not null,
    record_type text not null,
    reason text not null,
    item text,
    reason_zh text not null,
    reason_en text not null,
    quarantined_at timestamptz not null default now(),
    primary key (submission_id, place)
);
create index quarantine_by_register on quarantine (register, reason);

create table audit.access_log (
    entry_id uuid not null,
    at timestamptz not null default clock_timestamp(),
    agency text not null,
    officer text not null,
    role text not null,
    purpose text not null,
    operation text not null,
    entity_ids uuid[] not null,
    items text[] not null,
    denied text[] not null,
    trace_id text not null,
    primary key (at, entry_id)
) partition by range (at);
create table audit.access_log_other partition of audit.access_log default;
