-- keys_used
-- The names of the keys that values in this database may be under.
select name from vault.key where dropped_at is null;

-- note_keys
-- Remembers that values in this database may be written with the keys $1 from now on.
insert into vault.key (name) select unnest($1::text[]) on conflict do nothing;

-- hold_keys
-- Has everybody wait who would note or drop a key, until the transaction ends.
lock table vault.key in share row exclusive mode;

-- values_under
-- How many values lie under each key.
select key_id, count(*)
from (
    select key_id from vault.identifier
    union all select key_id from vault.raw
    union all select key_id from vault.mended
    union all select key_id from webhook
    union all select key_id from vault.export_key
) as sealed
group by key_id;

-- drop_key
-- From now on nothing can be sealed with the key that is named $1.
insert into vault.key (name, dropped_at) values ($1, clock_timestamp())
on conflict (name) do update set dropped_at = excluded.dropped_at;

-- keep_key
-- Has the key that is named $1 stand as if it had not been dropped.
update vault.key set dropped_at = null where name = $1;

-- await_writers
-- Returns once every transaction that has sealed something is at its end.
lock table vault.identifier, vault.raw, vault.mended, webhook, vault.export_key in share mode;

-- pages_of_identifiers
-- How many pages the table of identifiers has.
select pg_relation_size('vault.identifier') / current_setting('block_size')::bigint;

-- sealed_identifiers
-- The identifiers on the pages from $1 to before $2 that lie under another key than $3, locked, each with the id that it is sealed
-- for and whose it is; none that another transaction has at the moment.
select ctid as place, identifier_id as context, uuid_send(entity_id) as subject, key_id, value_encrypted as sealed
from vault.identifier
where ctid >= $1 and ctid < $2 and key_id <> $3
for update skip locked;

-- reseal_identifiers
-- Puts the identifiers at the places $1 under the keys $2, sealed as $3; under none that was dropped.
update vault.identifier
set key_id = new.key_id, value_encrypted = new.sealed
from unnest($1::tid[], $2::text[], $3::bytea[]) as new (place, key_id, sealed)
where identifier.ctid = new.place
  and not exists (select from vault.key where name = 'seal:' || new.key_id and dropped_at is not null);

-- pages_of_refused
-- How many pages the table of refused lines has.
select pg_relation_size('vault.raw') / current_setting('block_size')::bigint;

-- sealed_refused
-- The refused lines on the pages from $1 to before $2 that lie under another key than $3, locked, each with the id that it is sealed
-- for and whose it is; none that another transaction has at the moment.
select ctid as place, submission_id as context, uuid_send(submission_id) || int8send(place) as subject, key_id, line_encrypted as sealed
from vault.raw
where ctid >= $1 and ctid < $2 and key_id <> $3
for update skip locked;

-- reseal_refused
-- Puts the refused lines at the places $1 under the keys $2, sealed as $3; under none that was dropped.
update vault.raw
set key_id = new.key_id, line_encrypted = new.sealed
from unnest($1::tid[], $2::text[], $3::bytea[]) as new (place, key_id, sealed)
where raw.ctid = new.place
  and not exists (select from vault.key where name = 'seal:' || new.key_id and dropped_at is not null);

-- pages_of_mended
-- How many pages the table of mended lines has.
select pg_relation_size('vault.mended') / current_setting('block_size')::bigint;

-- sealed_mended
-- The mended lines on the pages from $1 to before $2 that lie under another key than $3, locked, each with the id that it is sealed
-- for and whose it is; none that another transaction has at the moment.
select ctid as place, submission_id as context, uuid_send(submission_id) || int8send(place) as subject, key_id, line_encrypted as sealed
from vault.mended
where ctid >= $1 and ctid < $2 and key_id <> $3
for update skip locked;

-- reseal_mended
-- Puts the mended lines at the places $1 under the keys $2, sealed as $3; under none that was dropped.
update vault.mended
set key_id = new.key_id, line_encrypted = new.sealed
from unnest($1::tid[], $2::text[], $3::bytea[]) as new (place, key_id, sealed)
where mended.ctid = new.place
  and not exists (select from vault.key where name = 'seal:' || new.key_id and dropped_at is not null);

-- pages_of_webhooks
-- How many pages the table of secrets of webhooks has.
select pg_relation_size('webhook') / current_setting('block_size')::bigint;

-- sealed_webhooks
-- The secrets of webhooks on the pages from $1 to before $2 that lie under another key than $3, locked, each with the id that it is sealed
-- for and whose it is; none that another transaction has at the moment.
select ctid as place, webhook_id as context, uuid_send(webhook_id) as subject, key_id, secret_encrypted as sealed
from webhook
where ctid >= $1 and ctid < $2 and key_id <> $3
for update skip locked;

-- reseal_webhooks
-- Puts the secrets of webhooks at the places $1 under the keys $2, sealed as $3; under none that was dropped.
update webhook
set key_id = new.key_id, secret_encrypted = new.sealed
from unnest($1::tid[], $2::text[], $3::bytea[]) as new (place, key_id, sealed)
where webhook.ctid = new.place
  and not exists (select from vault.key where name = 'seal:' || new.key_id and dropped_at is not null);

-- pages_of_exports
-- How many pages the table of keys of exports has.
select pg_relation_size('vault.export_key') / current_setting('block_size')::bigint;

-- sealed_exports
-- The keys of exports on the pages from $1 to before $2 that lie under another key than $3, locked, each with the id that it is sealed
-- for and whose it is; none that another transaction has at the moment.
select ctid as place, export_id as context, uuid_send(export_id) as subject, key_id, key_encrypted as sealed
from vault.export_key
where ctid >= $1 and ctid < $2 and key_id <> $3
for update skip locked;

-- reseal_exports
-- Puts the keys of exports at the places $1 under the keys $2, sealed as $3; under none that was dropped.
update vault.export_key
set key_id = new.key_id, key_encrypted = new.sealed
from unnest($1::tid[], $2::text[], $3::bytea[]) as new (place, key_id, sealed)
where export_key.ctid = new.place
  and not exists (select from vault.key where name = 'seal:' || new.key_id and dropped_at is not null);
