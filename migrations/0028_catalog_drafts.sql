-- What officers of the catalog office propose that the catalog says, and how each draft went on (docs/access.md).
create table catalog_draft (
    draft_id uuid primary key,
    catalog_version bigint not null,
    entity text not null check (entity in ('NATURAL_PERSON', 'LEGAL_ENTITY')),
    item text not null,
    terms json,
    sources text[] not null default '{}',
    check ((terms is null) = (cardinality(sources) > 0))
);

create table catalog_draft_step (
    draft_id uuid not null,
    place bigint not null,
    state text not null check (state in ('DRAFTED', 'APPROVED', 'PUBLISHED', 'WITHDRAWN')),
    at timestamptz not null,
    officer text not null,
    words text not null default '',
    primary key (draft_id, place)
);
