-- Lines in quarantine that their source has delivered anew: which record each was about, where that can be told, and the
-- submission that settled it (docs/decisions/0034-redelivered-lines.md).

alter table quarantine
    drop constraint quarantine_status_check,
    add constraint quarantine_status_check
        check (status in ('OPEN', 'MENDED', 'RETRIED', 'DISMISSED', 'REDELIVERED')) not valid,
    add column redelivered_as uuid,
    add constraint quarantine_redelivered_check check ((status = 'REDELIVERED') = (redelivered_as is not null)) not valid;
create index quarantine_open on quarantine (register) where status = 'OPEN';

create table vault.recognised (
    lookup bytea not null,
    submission_id uuid not null,
    place bigint not null,
    record_type text not null,
    record_key text not null,
    stated_at timestamptz not null,
    primary key (lookup, submission_id, place)
);
