-- The catalog in time: what the office may change while the hub runs, as versions that are never changed, and since when
-- each entity follows which of them (docs/decisions/0020-catalog-versions.md).

create table catalog_version (
    number integer primary key,
    recorded_at timestamptz not null default clock_timestamp(),
    content json not null,
    digest bytea not null,
    published_by text not null,
    reason text not null,
    remerged_to uuid not null default '00000000-0000-0000-0000-000000000000',
    remerged_at timestamptz
);

-- What stands already was merged by the first version, with which the catalog is filled from the model.
alter table view add column catalog_version integer not null default 1;
alter table view alter column catalog_version drop default;
alter table change add column catalog_version integer not null default 1;
alter table change alter column catalog_version drop default;

create table adoption (
    entity_id uuid not null,
    catalog_version integer not null,
    recorded_at timestamptz not null,
    primary key (entity_id, catalog_version)
);
