-- Discrepancies: records that contradict each other, found as views change (docs/decisions/0012-discrepancies.md). Each is
-- known from opened_at to closed_at; it names records and holds no value.

create table discrepancy (
    entity_id uuid not null,
    discrepancy_id uuid not null,
    kind text not null check (kind in ('NATURAL_PERSON', 'LEGAL_ENTITY')),
    cross_check text not null,
    item text not null,
    department text not null,
    records json not null,
    digest bytea not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    primary key (entity_id, discrepancy_id),
    check (closed_at >= opened_at)
);
create unique index discrepancy_open on discrepancy (entity_id, digest) where closed_at is null;
create index discrepancy_of_department on discrepancy (department, discrepancy_id);
create index discrepancy_in_order on discrepancy (discrepancy_id);
