-- Runs of the sources that adapters.toml declares, and how many of a submission's bytes were read
-- (docs/sources.md). A run without an end is either going on, while somebody holds the lock of its source,
-- or to be gone on with.

create table run (
    run_id uuid primary key,
    source text not null,
    register text not null,
    started_by text not null,
    attempt integer not null,
    started_at timestamptz not null default clock_timestamp(),
    resumed integer not null default 0,
    cancelled_at timestamptz,
    finished_at timestamptz,
    outcome text check (outcome in ('DONE', 'FAILED', 'CANCELLED')),
    error_code text,
    failing boolean not null default false,
    submission_ids uuid[] not null default '{}',
    counts json not null default '{}',
    lines bigint not null default 0,
    bytes bigint not null default 0,
    newest_stated_at timestamptz,
    check ((finished_at is null) = (outcome is null))
);
create index run_of_source on run (source, started_at desc);
create index run_by_start on run (started_at desc);
create unique index run_open on run (source) where finished_at is null;

alter table submission add column bytes bigint, add column bytes_read bigint;
