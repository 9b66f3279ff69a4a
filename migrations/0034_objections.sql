-- Objections: items of an entity that somebody disputes. Access goes by those that are open (docs/access.md).
create table objection (
    entity_id uuid not null,
    objection_id uuid not null,
    kind text not null check (kind in ('NATURAL_PERSON', 'LEGAL_ENTITY')),
    items text[] not null,
    reason text not null,
    raised_for text not null,
    raised_by text not null,
    raised_at timestamptz not null,
    outcome text check (outcome in ('UPHELD', 'REJECTED', 'WITHDRAWN')),
    settled_by text,
    settled_words text,
    settled_at timestamptz,
    primary key (entity_id, objection_id),
    check ((outcome is null) = (settled_at is null))
);
create unique index objection_by_id on objection (objection_id);
create index objection_open on objection (entity_id) where settled_at is null;

create trigger objection_turned after insert or update or delete on objection
    for each statement execute function turn_sharing();

-- Whom an objection is about may come to be known as another.
create function turn_sharing_of_disputed() returns trigger
language plpgsql
as $$
begin
    if exists (select from objection where entity_id = new.entity_id and settled_at is null) then
        update sharing_turn set turn = turn + 1;
        perform pg_notify('hub_change', '');
    end if;
    return null;
end
$$;
create trigger link_turned after insert or update on link
    for each row execute function turn_sharing_of_disputed();
