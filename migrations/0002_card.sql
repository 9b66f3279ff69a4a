-- The card: the little of each view that lists, edges and search read. Intake writes it with the view; for views that
-- stand already `hub migrate` and the start of a hub make it, batch by batch (hub/intake/cards.py).

create function bigrams(name text) returns text[]
immutable strict parallel safe
language sql
return (select array_agg(substr(name, place, 2)) from generate_series(1, greatest(length(name) - 1, 1)) as place);

create table card (
    entity_id uuid primary key,
    kind text not null check (kind in ('NATURAL_PERSON', 'LEGAL_ENTITY')),
    name text,
    name_key text collate "C",
    birth_date text collate "C",
    division text collate "C",
    category text,
    status text
);
create index card_name on card (kind, name_key, birth_date);
create index card_part_of_name on card using gin (bigrams(name_key));

create table card_rule (
    digest bytea primary key,
    followed_since timestamptz not null default clock_timestamp()
);
