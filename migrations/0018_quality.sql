-- What each submission was worth, what became of lines in quarantine, who has delivered when, and what was unusual
-- (docs/quality.md, docs/quarantine.md).

-- Who delivered, where that is not the department accountable for the register; the name of the file; and, beside the
-- outcomes, what was measured of the lines by record type.
alter table submission
    add column department text,
    add column file text,
    add column measures json not null default '{}';
create index submission_of_source on submission (register, source_unit, started_at);

create table source (
    register text not null,
    source_unit text not null,
    record_type text not null,
    delivered_at timestamptz not null,
    primary key (register, source_unit, record_type)
);

-- A line that was settled stays as it came. What is taken in again is a submission of its own, whose lines these are.
alter table quarantine
    add column status text not null default 'OPEN' check (status in ('OPEN', 'MENDED', 'RETRIED', 'DISMISSED')),
    add column settled_at timestamptz,
    add column settled_by text,
    add column words text,
    add column retried_as uuid,
    add column retried_place bigint,
    add check ((status = 'OPEN') = (settled_at is null)),
    add check ((status in ('MENDED', 'RETRIED')) = (retried_as is not null));
create index quarantine_in_order on quarantine (quarantined_at, submission_id, place);
create unique index quarantine_retried on quarantine (retried_as, retried_place) where retried_as is not null;

create table vault.mended (
    submission_id uuid not null,
    place bigint not null,
    key_id text not null,
    line_encrypted bytea not null,
    primary key (submission_id, place)
);

create table anomaly (
    anomaly_id uuid primary key,
    register text not null,
    source_unit text not null,
    submission_id uuid not null,
    kind text not null,
    found double precision not null,
    usual double precision not null,
    opened_at timestamptz not null default clock_timestamp(),
    reported_at timestamptz,
    reported_by text,
    reported_words text,
    closed_at timestamptz,
    closed_by text,
    closed_words text,
    unique (submission_id, kind)
);
create index anomaly_in_order on anomaly (opened_at, anomaly_id);

-- Which discrepancies concern the records of a register.
create function registers_of(records json) returns text[]
immutable strict parallel safe
language sql
return (select array_agg(distinct record ->> 'register') from json_array_elements(records) as record);

create index discrepancy_of_register on discrepancy using gin (registers_of(records));
