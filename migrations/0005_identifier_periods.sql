-- Until when an entity bears a number, and which number took its place. A row is never changed but by superseded_at: a
-- number of which something else is known gets another row under the same look-up, with an id of its own.

alter table vault.identifier
    add column valid_to date,
    add column replaced_by bytea,
    add column replaced_stated_at timestamptz,
    add check ((valid_to is null) = (replaced_by is null));

create table vault.reassignment (
    submission_id uuid primary key,
    lookup bytea not null,
    from_id uuid not null,
    to_id uuid not null,
    reason text not null,
    recorded_at timestamptz not null
);
