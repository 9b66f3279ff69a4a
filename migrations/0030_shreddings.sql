-- Orders to destroy what the vault keeps of a subject: one security administrator orders, another one approves
-- (docs/decisions/0039-shredding.md).

create table shredding (
    entity_id uuid not null,
    ordered_at timestamptz not null default clock_timestamp(),
    ordered_by text not null,
    reason text not null,
    approved_at timestamptz,
    approved_by text,
    done_at timestamptz,
    primary key (entity_id, ordered_at),
    check (approved_by <> ordered_by),
    check ((approved_by is null) = (approved_at is null)),
    check (done_at is null or approved_at is not null)
);
create unique index shredding_open on shredding (entity_id) where done_at is null;
