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

-- Found from the side that refers: writers of a referring entity lock those whose views its cross-checks read.
create index reference_of_entity on reference (entity_id, via);

create table contest (
    entity_id uuid not null,
    identifier_id uuid not null,
    claim text not null,
    primary key (entity_id, identifier_id)
);
create index contest_of_identifier on contest (identifier_id);
