-- What agencies have had worked out for many entities at once, and how far that has come (docs/export.md). Keys and rows lie in
-- the vault, sealed with a key that each export has for itself: without that key nothing of it can be read again.

create table export (
    export_id uuid primary key,
    agency text not null,
    officer text not null,
    role text not null,
    department text,
    divisions text[] not null,
    purpose text not null,
    kind text not null,
    items text[] not null,
    provenance boolean not null,
    format text not null,
    valid_on date,
    known_at timestamptz,
    extent json not null,
    denied text[] not null,
    state text not null default 'LISTING',
    ordered_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    total integer not null default 0,
    done integer not null default 0,
    found integer not null default 0,
    chunks integer not null default 0,
    attempts integer not null default 0,
    bytes bigint not null default 0,
    digest bytea,
    failure text,
    failure_message text
);
create index export_of_agency on export (agency, export_id);
create index export_unfinished on export (state) where state in ('LISTING', 'WAITING', 'RUNNING', 'READY');

create table vault.export_key (
    export_id uuid primary key references export on delete cascade,
    key_id text not null,
    key_encrypted bytea not null
);
create trigger under_a_kept_key after insert on vault.export_key
referencing new table as written for each statement execute function vault.under_a_kept_key();

create table vault.export_part (
    export_id uuid not null references vault.export_key on delete cascade,
    content text not null,
    place integer not null,
    bytes integer not null,
    part_encrypted bytea not null,
    primary key (export_id, content, place)
);
alter table vault.export_part alter column part_encrypted set storage external;
select grant_roles();
