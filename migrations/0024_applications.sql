-- Applications for items that are shared on condition, and what was done about each (docs/access.md).
create table application (
    application_id uuid primary key,
    agency text not null,
    applicant text not null,
    entity text not null check (entity in ('NATURAL_PERSON', 'LEGAL_ENTITY')),
    items text[] not null check (cardinality(items) > 0),
    bases text[] not null,
    purpose text not null check (purpose <> ''),
    divisions text[] not null default '{}',
    months integer not null check (months > 0),
    masked boolean not null default false,
    department text not null,
    needs_office boolean not null,
    submitted_at timestamptz not null,
    check (cardinality(items) = cardinality(bases))
);
create index application_of_agency on application (agency, application_id);
create index application_to_department on application (department, application_id);

create table application_step (
    application_id uuid not null,
    place bigint not null,
    step text not null,
    at timestamptz not null,
    party text not null,
    officer text not null,
    words text not null default '',
    primary key (application_id, place)
);
