-- How far each source that the hub reads by itself has been taken in (docs/sources.md).

create table source_cursor (
    source text primary key,
    cursor text,
    submission_id uuid,
    moved_at timestamptz not null default clock_timestamp()
);
