-- A submission may be taken in by several processes, each of which takes a share of its lines: how far each share has come.
-- The rows are gone once the submission is finished.

create table submission_share (
    submission_id uuid not null,
    share integer not null,
    position bigint not null default 0,
    counts json not null default '{}',
    measures json not null default '{}',
    primary key (submission_id, share)
);
