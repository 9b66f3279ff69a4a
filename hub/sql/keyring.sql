-- keys_used
-- The names of the keys that values in this database were written with.
select name from vault.key;

-- note_keys
-- Remembers that values in this database may be written with the keys $1 from now on.
insert into vault.key (name) select unnest($1::text[]) on conflict do nothing;
