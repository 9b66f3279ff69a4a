-- create_export
-- Keeps the export $1, whose list is still to come, with its sealed key, unless agency $2 has $17 that are not worked out yet;
-- says whether it did.
with kept as (
    insert into export
        (export_id, agency, officer, role, department, divisions, purpose, kind, items, provenance, format, valid_on,
         known_at, extent, denied, expires_at)
    select $1, $2, $3, $4, $5, $6::text[], $7, $8, $9::text[], $10, $11, $12, $13, $14::text::json, $15::text[],
        clock_timestamp() + $16::interval
    where (select count(*) from export where agency = $2 and state in ('LISTING', 'WAITING', 'RUNNING')) < $17
    returning export_id
), locked as (
    insert into vault.export_key (export_id, key_id, key_encrypted) select export_id, $18, $19 from kept
)
select exists (select from kept);

-- exports_of
-- The latest $2 exports of agency $1, the latest first; only $3 where an id is given.
select * from export
where agency = $1 and ($3::uuid is null or export_id = $3)
order by export_id desc limit $2;

-- export
-- The export $1, whosever it is.
select * from export where export_id = $1;

-- exported_lately
-- How many natural persons agency $1 has listed for exports in the last 24 hours.
select coalesce(sum(total), 0) from export
where agency = $1 and kind = 'NATURAL_PERSON' and ordered_at > clock_timestamp() - interval '24 hours';

-- complete_list
-- Has the export $1, whose list has come with $2 keys, wait for its turn; says whether it was waited for.
update export set state = 'WAITING', total = $2 where export_id = $1 and state = 'LISTING' returning true;

-- put_parts
-- Keeps the sealed parts $3, worth $4 bytes each, as the content $2 of the export $1 from place $5 on, in place of others
-- there.
insert into vault.export_part (export_id, content, place, bytes, part_encrypted)
select $1, $2, $5 + part.place - 1, part.bytes, part.sealed
from unnest($3::bytea[], $4::integer[]) with ordinality as part (sealed, bytes, place)
on conflict (export_id, content, place) do update
set bytes = excluded.bytes, part_encrypted = excluded.part_encrypted;

-- claim
-- Takes the export that was ordered first of those that have something to do, for as long as the session lasts, but for
-- those in $1 and those that another session has taken.
with ready as materialized (
    select export_id from export where state in ('WAITING', 'RUNNING') and export_id <> all ($1) order by export_id
)
select export_id from ready where pg_try_advisory_lock(hashtextextended('export ' || export_id, 0)) limit 1;

-- release
-- Gives back the export $1 that this session has taken.
select pg_advisory_unlock(hashtextextended('export ' || $1::uuid, 0));

-- take_up
-- Notes that the export $1 is worked at once more since it last came further, and gives it; nothing where it has ended.
update export set state = 'RUNNING', attempts = attempts + 1
where export_id = $1 and state in ('WAITING', 'RUNNING')
returning *;

-- export_key
-- The key of the export $1, as it lies sealed; nothing where it was destroyed.
select key_id, key_encrypted from vault.export_key where export_id = $1;

-- part
-- The part at place $3 of the content $2 of the export $1, as it lies sealed.
select part_encrypted from vault.export_part where export_id = $1 and content = $2 and place = $3;

-- outline
-- How many bytes each part of the content $2 of the export $1 is worth, in their order.
select bytes from vault.export_part where export_id = $1 and content = $2 order by place;

-- add_chunk
-- Keeps the rows $3, worth $4 bytes, of the chunk $2 of the export $1, and forgets the keys that they answer, which were $5
-- and of which $6 were found; says whether the export still stood where it stood before.
with moved as (
    update export
    set chunks = chunks + 1, bytes = bytes + $4, done = done + $5, found = found + $6, attempts = 0
    where export_id = $1 and chunks = $2 and state = 'RUNNING'
    returning export_id
), answered as (
    delete from vault.export_part using moved
    where export_part.export_id = moved.export_id and content = 'KEYS' and place = $2
), kept as (
    insert into vault.export_part (export_id, content, place, bytes, part_encrypted)
    select export_id, 'ROWS', $2, $4, $3 from moved
)
select exists (select from moved);

-- add_part
-- Keeps the sealed part $4, worth $5 bytes, as the content $2 of the export $1 at place $3; says whether the export's key is
-- still there.
with living as materialized (
    select export_id from vault.export_key where export_id = $1 for key share
), added as (
    insert into vault.export_part (export_id, content, place, bytes, part_encrypted)
    select export_id, $2, $3, $5, $4 from living
)
select exists (select from living);

-- drop_parts
-- Forgets the content $2 of the export $1.
delete from vault.export_part where export_id = $1 and content = $2;

-- finish
-- Has the file of the export $1, which is its content $5, of $2 bytes with the digest $3, be there to be fetched for $4, and
-- forgets its other contents; does nothing where it is not worked at any more.
with finished as (
    update export
    set state = 'READY', bytes = $2, digest = $3, expires_at = clock_timestamp() + $4::interval
    where export_id = $1 and state = 'RUNNING'
    returning export_id
)
delete from vault.export_part using finished
where export_part.export_id = finished.export_id and content <> $5;

-- end_export
-- Ends the export $1 as $2, because of the error $3, which says $4, and destroys its key with all that lies under it; says
-- whether there was anything to end.
with ended as (
    update export set state = $2, failure = $3, failure_message = $4
    where export_id = $1 and state in ('LISTING', 'WAITING', 'RUNNING', 'READY')
    returning export_id
), destroyed as (
    delete from vault.export_key using ended where export_key.export_id = ended.export_id
)
select exists (select from ended);

-- expire
-- Ends all exports whose time is over: files that were not fetched, and lists that never came.
with ended as (
    update export set state = 'EXPIRED'
    where state in ('LISTING', 'READY') and expires_at <= clock_timestamp()
    returning export_id
)
delete from vault.export_key using ended where export_key.export_id = ended.export_id;

-- ready_exports
-- The exports whose files may be fetched.
select * from export where state = 'READY' order by export_id;

-- exports_with_rows
-- The exports that hold rows: those that are worked at, and those whose files may be fetched.
select * from export where state in ('RUNNING', 'READY') order by export_id;
