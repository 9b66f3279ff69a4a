-- Grants that are kept: those of applications and of development hubs. What follows from the catalog alone is compiled
-- (docs/decisions/0033-grants.md). A grant is never changed but by being revoked; the turn tells readers that one was.
create table sharing_grant (
    grant_id uuid primary key,
    agency text not null,
    entity text not null check (entity in ('NATURAL_PERSON', 'LEGAL_ENTITY')),
    items text[] not null,
    modes text[] not null,
    purpose text not null default '',
    divisions text[] not null default '{}',
    masked boolean not null default false,
    basis text not null check (basis in ('APPLICATION', 'DEVELOPMENT')),
    application_id uuid,
    valid_from timestamptz not null default clock_timestamp(),
    valid_to timestamptz,
    issued_by text not null,
    issued_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz,
    revoked_by text,
    revoked_words text,
    check ((basis = 'APPLICATION') = (application_id is not null)),
    check ((revoked_at is null) = (revoked_by is null))
);

-- What the head of a unit has approved for one case, for a short while.
create table approval (
    approval_id uuid primary key,
    agency text not null,
    entity text not null check (entity in ('NATURAL_PERSON', 'LEGAL_ENTITY')),
    items text[] not null,
    purpose text not null,
    approved_by text not null,
    approved_at timestamptz not null default clock_timestamp(),
    valid_to timestamptz not null
);

-- What a person or an enterprise lets an agency have, in writing; the document stays with who asked for it.
create table consent (
    entity_id uuid not null,
    consent_id uuid not null,
    agency text not null,
    items text[] not null,
    purpose text not null,
    valid_from timestamptz not null default clock_timestamp(),
    valid_to timestamptz not null,
    document_digest bytea not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    withdrawn_at timestamptz,
    withdrawn_by text,
    primary key (entity_id, consent_id)
);

create table sharing_turn (
    turn bigint primary key
);
insert into sharing_turn (turn) values (0);

create function turn_sharing() returns trigger
language plpgsql
as $$
begin
    update sharing_turn set turn = turn + 1;
    perform pg_notify('hub_change', '');
    return null;
end
$$;
create trigger grant_turned after insert or update or delete on sharing_grant
    for each statement execute function turn_sharing();
create trigger approval_turned after insert or update or delete on approval
    for each statement execute function turn_sharing();

-- Each change tells where its entity belongs, for those who are granted some divisions only.
create or replace view feed as
select change.epoch, change.position, change.entity_id, change.version, change.kind, change.recorded_at,
       change.valid_on, change.items, change.divisions, change.submission_id, submission.register, submission.reason,
       change.catalog_version, card.division
from change
left join submission on submission.submission_id = change.submission_id
left join card on card.entity_id = change.entity_id;
