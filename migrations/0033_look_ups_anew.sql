-- Look-ups that are hashed again by keys that come later (docs/decisions/0051-look-ups-anew.md).

alter table vault.reassignment add column key_generation smallint not null default 1;
alter table vault.recognised add column key_generation smallint not null default 1;
create index reassignment_lookup on vault.reassignment (lookup);
create index identifier_replaced_by on vault.identifier (replaced_by) where replaced_by is not null;

-- The generations of keys for look-ups after the first: since when look-ups may lie in the form of each, since when nothing is
-- written in an older form any more, and since when nothing lies in one.
create table vault.generation (
    generation smallint primary key,
    begun_at timestamptz not null default clock_timestamp(),
    alone_from timestamptz,
    settled_at timestamptz
);

-- The look-ups that somebody asks by, unless they lack the keys that what they ask for may lie under: they would be told
-- that there is nobody, and so make twins.
create function vault.asked(lookups bytea[], known integer) returns bytea[] language plpgsql stable as $$
begin
    if exists (select from vault.generation where generation > known) then
        raise 'look-ups lie under newer keys' using errcode = 'object_not_in_prerequisite_state';
    end if;
    return lookups;
end
$$;

create function vault.in_a_written_form() returns trigger language plpgsql as $$
begin
    if exists (
        select from written join vault.generation on key_generation < generation where alone_from is not null
    ) then
        raise 'look-ups are written under newer keys' using errcode = 'object_not_in_prerequisite_state';
    end if;
    return null;
end
$$;

create trigger in_a_written_form after insert on vault.identifier
referencing new table as written for each statement execute function vault.in_a_written_form();
create trigger in_a_written_form after insert on vault.recognised
referencing new table as written for each statement execute function vault.in_a_written_form();
create trigger in_a_written_form after insert on vault.reassignment
referencing new table as written for each statement execute function vault.in_a_written_form();
