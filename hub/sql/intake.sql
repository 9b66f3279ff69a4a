-- lock
-- Takes the transaction-level locks $1, and those of $2 so that others may share them, all in one ascending order: no two
-- writers wait for each other in a ring.
select case when ordered.shared then pg_advisory_xact_lock_shared(ordered.key)
            else pg_advisory_xact_lock(ordered.key) end
from (
    select key, false as shared from unnest($1::bigint[]) as alone (key)
    union all
    select key, true from unnest($2::bigint[]) as together (key)
    order by key
) as ordered;

-- lock_table
-- How many locks the server has room for.
select current_setting('max_locks_per_transaction')::integer
       * (current_setting('max_connections')::integer + current_setting('max_prepared_transactions')::integer);

-- identified
-- Which entity each look-up of $1 names at present, who asks with keys up to the generation $2: the member it was given to, the entity that stands for it now,
-- whether records were split off the member, and whether the look-up led to another one before.
select identifier.lookup, identifier.identifier_id, identifier.entity_id,
       coalesce(link.into_id, identifier.entity_id) as canonical_id,
       identifier.replaced_by, identifier.valid_to, identifier.replaced_stated_at,
       exists (select from split where split.entity_id = identifier.entity_id) as is_split,
       exists (
           select from vault.identifier as former
           where former.lookup = identifier.lookup and former.entity_id <> identifier.entity_id
       ) as is_moved
from vault.identifier
left join link on link.entity_id = identifier.entity_id and link.unlinked_at is null
where identifier.lookup = any ((select vault.asked($1, $2))::bytea[]) and identifier.superseded_at is null;

-- standing_for
-- The entity that stands for each of the entities $1 now, with the kind of its view; one without a view is left out.
select asked.entity_id as asked_id, view.entity_id, view.kind
from unnest($1::uuid[]) as asked (entity_id)
left join link on link.entity_id = asked.entity_id and link.unlinked_at is null
join view on view.entity_id = coalesce(link.into_id, asked.entity_id);

-- schemes_held
-- The schemes under which each entity of $1, or one that was linked into it, has an identifier, and whether all of a
-- scheme were lost to other entities.
with member as (
    select asked.entity_id, asked.entity_id as member_id from unnest($1::uuid[]) as asked (entity_id)
    union all
    select link.into_id, link.entity_id from link where link.into_id = any ($1) and link.unlinked_at is null
)
select member.entity_id, identifier.scheme, bool_and(identifier.superseded_at is not null) as is_lost
from member
join vault.identifier on identifier.entity_id = member.member_id
group by member.entity_id, identifier.scheme;

-- reassigned
-- Those look-ups of $1 that led to another entity before.
select lookup
from vault.identifier
where lookup = any ($1)
group by lookup
having count(distinct entity_id) > 1;

-- heard
-- The places $1 of those statements (entity $2, record type $3, record key $4, valid from $5, stated at $6, digest $7, each
-- by place) that the unit $9 of register $8 has made before. One look by entity for each, whatever the statistics say.
select asked.place
from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::timestamptz[], $7::bytea[])
    as asked (place, entity_id, record_type, record_key, valid_from, stated_at, digest)
cross join lateral (
    select
    from state
    where state.entity_id = asked.entity_id and state.register = $8 and state.source_unit = $9
      and state.record_type = asked.record_type and state.record_key = asked.record_key
      and state.valid_from = asked.valid_from and state.stated_at = asked.stated_at and state.digest = asked.digest
    limit 1
) as made;

-- statements
-- Everything said of the records (entity $1, record type $2, record key $3, each by place) by the unit $5 of register $4,
-- and everything said by anyone of the entities $6; what was said of an entity linked into another is said of that one, and
-- what was split off it is not.
with asked as (
    select distinct * from unnest($1::uuid[], $2::text[], $3::text[]) as asked (entity_id, record_type, record_key)
),
member as (
    select entity_id, entity_id as member_id from asked
    union
    select entity_id, entity_id from unnest($6::uuid[]) as joined (entity_id)
    union
    select link.into_id, link.entity_id
    from link
    where link.into_id = any ($1 || $6) and link.unlinked_at is null
)
select member.entity_id, member.member_id, state.register, state.source_unit, state.record_type, state.record_key,
       state.state_id, state.valid_from, state.stated_at, state.operation, state.digest, state.submission_id,
       state.superseded_at is null as current
from member
join held as state on state.entity_id = member.member_id
left join asked on asked.entity_id = member.entity_id and asked.record_type = state.record_type
    and asked.record_key = state.record_key and state.register = $4 and state.source_unit = $5
where asked.entity_id is not null or member.entity_id = any ($6);

-- views
-- The views of the entities $1, as text, to compare with and to count on.
select entity_id, kind, version, merged, records, recorded_at, due_on, linked_into, catalog_version
from view
where entity_id = any ($1);

-- supersede_identifiers
-- Ends at $2 the standing of what was known of the look-ups $1; never before it began.
update vault.identifier set superseded_at = greatest($2, recorded_at) where lookup = any ($1) and superseded_at is null;

-- write_identifiers
-- Gives identifiers to entities, each with the number that has taken its place, if any; each array is one column.
insert into vault.identifier (lookup, identifier_id, key_generation, entity_id, scheme, key_id, value_encrypted,
                              replaced_by, valid_to, replaced_stated_at, submission_id, recorded_at)
select lookup, identifier_id, $1, entity_id, scheme, key_id, value_encrypted, replaced_by, valid_to,
       replaced_stated_at, $2, $3
from unnest($4::bytea[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::bytea[], $10::bytea[], $11::date[],
            $12::timestamptz[])
    as new (lookup, identifier_id, entity_id, scheme, key_id, value_encrypted, replaced_by, valid_to,
            replaced_stated_at);

-- write_reassignment
-- Keeps that the look-up $2 leads from the entity $3 to the entity $4 from now on, and why.
insert into vault.reassignment (submission_id, lookup, from_id, to_id, reason, recorded_at, key_generation)
values ($1, $2, $3, $4, $5, $6, $7);

-- relink
-- Moves what was linked into the entities $1 on to the entities $2 at $3; gives nothing.
with moved as (
    update link set unlinked_at = $3
    from unnest($1::uuid[], $2::uuid[]) as step (absorbed_id, into_id)
    where link.into_id = step.absorbed_id and link.unlinked_at is null
    returning link.entity_id, step.into_id, link.through_id, link.reason, link.submission_id
),
redirected as (
    update view set linked_into = moved.into_id from moved where view.entity_id = moved.entity_id
)
insert into link (entity_id, into_id, through_id, linked_at, reason, submission_id)
select entity_id, into_id, through_id, $3, reason, submission_id from moved;

-- write_links
-- Links the entities $1 into the entities $2 from $3 on.
insert into link (entity_id, into_id, through_id, linked_at, reason, submission_id)
select entity_id, into_id, into_id, $3, $4, $5 from unnest($1::uuid[], $2::uuid[]) as new (entity_id, into_id);

-- redirect_views
-- Says of the views of the entities $1 that the entities $2 stand for them now; gives the versions that this made.
update view set linked_into = step.into_id, version = view.version + 1, recorded_at = greatest(
    $3, view.recorded_at + interval '1 microsecond')
from unnest($1::uuid[], $2::uuid[]) as step (absorbed_id, into_id)
where view.entity_id = step.absorbed_id
returning view.entity_id, view.kind, view.version, view.recorded_at;

-- supersede
-- Ends the standing of the states $2 of the entities $1 at the instants $3; never before they began, should the
-- database's clock have been set back.
update state set superseded_at = greatest(ended.at, state.recorded_at)
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as ended (entity_id, state_id, at)
where state.entity_id = ended.entity_id and state.state_id = ended.state_id;

-- write_states
-- Stores statements; one that never stood is superseded from the start.
insert into state (entity_id, state_id, register, record_type, source_unit, record_key, operation, valid_from, valid_to,
                   stated_at, recorded_at, superseded_at, digest, payload, submission_id)
select entity_id, state_id, $1, record_type, $2, record_key, operation, valid_from, valid_to,
       stated_at, recorded_at, superseded_at, digest, payload::json, $3
from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::date[], $10::date[], $11::timestamptz[],
            $12::timestamptz[], $13::timestamptz[], $14::bytea[], $15::text[])
    as new (entity_id, state_id, record_type, record_key, operation, valid_from, valid_to, stated_at,
            recorded_at, superseded_at, digest, payload);

-- restate
-- Lets the states $2 of the entities $1, which never stood, stand from the instants $4 on, as new rows $3.
insert into state (entity_id, state_id, register, record_type, source_unit, record_key, operation, valid_from, valid_to,
                   stated_at, recorded_at, digest, payload, submission_id, moved_by)
select state.entity_id, again.new_id, register, record_type, source_unit, record_key, operation, valid_from, valid_to,
       stated_at, again.at, digest, payload, submission_id, moved_by
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) as again (entity_id, state_id, new_id, at)
join state on state.entity_id = again.entity_id and state.state_id = again.state_id;

-- write_views
-- Puts views in place of those that stood, for entities that stand for themselves; each array is one column.
insert into view (entity_id, kind, version, merged, records, recorded_at, due_on, catalog_version)
select entity_id, kind, version, merged::json, records::json, recorded_at, due_on, catalog_version
from unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::timestamptz[], $7::date[], $8::integer[])
    as new (entity_id, kind, version, merged, records, recorded_at, due_on, catalog_version)
on conflict (entity_id) do update
set version = excluded.version, merged = excluded.merged, records = excluded.records,
    recorded_at = excluded.recorded_at, due_on = excluded.due_on, catalog_version = excluded.catalog_version,
    linked_into = null;

-- write_cards
-- Puts cards in place of those that stood; each array is one column.
insert into card (entity_id, kind, name, name_key, birth_date, division, category, status)
select entity_id, kind, name, name_key, birth_date, division, category, status
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    as new (entity_id, kind, name, name_key, birth_date, division, category, status)
on conflict (entity_id) do update
set name = excluded.name, name_key = excluded.name_key, birth_date = excluded.birth_date,
    division = excluded.division, category = excluded.category, status = excluded.status;

-- remove_cards
-- Takes away the cards of the entities $1, for which others stand from now on.
delete from card where entity_id = any ($1);

-- write_changes
-- Records the versions that were made in the present epoch: entity, version, kind, known time, and (each joined by
-- commas) what changed and the divisions concerned, merged by the version $9 of the catalog. Those who listen hear of it once it is committed.
with told as (select pg_notify('hub_change', ''))
insert into change (entity_id, version, kind, recorded_at, valid_on, epoch, items, divisions, submission_id,
                    catalog_version)
select entity_id, version, kind, recorded_at, $7, (select max(epoch) from feed_epoch), string_to_array(items, ','),
       string_to_array(divisions, ','), $8, $9
from told
cross join unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::text[], $6::text[])
    as new (entity_id, version, kind, recorded_at, items, divisions);

-- due_views
-- The views of the entities $1 that valid time alone changes on $2 or before it.
select entity_id, kind, version, merged, records, recorded_at, due_on, linked_into, catalog_version
from view
where entity_id = any ($1) and due_on <= $2 and linked_into is null;

-- due_entities
-- Up to $2 entities whose views valid time alone changes by the day $1, or by today in Shanghai, the longest due first.
select entity_id
from view
where due_on <= coalesce($1, (clock_timestamp() at time zone 'Asia/Shanghai')::date) and linked_into is null
order by due_on
limit $2;

-- write_references
-- Remembers that the records of the entities $3 have referred to the entities $1 by way of $2.
insert into reference (target_id, via, entity_id)
select distinct target_id, via, entity_id
from unnest($1::uuid[], $2::text[], $3::uuid[]) as new (target_id, via, entity_id)
on conflict do nothing;

-- write_employer_numbers
-- Remembers that records have named the legal entities $2 together with the numbers $1 of employers, known at $3; in one
-- order, so that no two writers wait for each other in a ring.
insert into employer_number (number, entity_id, recorded_at)
select distinct number, entity_id, $3::timestamptz from unnest($1::text[], $2::uuid[]) as new (number, entity_id)
order by number, entity_id
on conflict do nothing;

-- write_quarantine
-- Keeps the lines that could not be taken in: the reasons here, the lines themselves in the vault.
with raw as (
    insert into vault.raw (submission_id, place, key_id, line_encrypted)
    select $1, place, key_id, line_encrypted
    from unnest($3::bigint[], $9::text[], $10::bytea[]) as new (place, key_id, line_encrypted)
    on conflict do nothing
)
insert into quarantine (submission_id, place, register, record_type, reason, item, reason_zh, reason_en)
select $1, place, $2, record_type, reason, item, reason_zh, reason_en
from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    as new (place, record_type, reason, item, reason_zh, reason_en)
on conflict do nothing;

-- write_recognised
-- Remembers which records refused lines of the submission $1 are about: at the places $2, by the look-ups $3, of the types
-- $4, with the keys $5, stated at $6, or else with the submission.
insert into vault.recognised (submission_id, place, lookup, record_type, record_key, stated_at, key_generation)
select $1, place, lookup, record_type, record_key,
       coalesce(new.stated_at, (select stated_at from submission where submission_id = $1)), $7
from unnest($2::bigint[], $3::bytea[], $4::text[], $5::text[], $6::timestamptz[])
    as new (place, lookup, record_type, record_key, stated_at)
on conflict do nothing;

-- open_submission
-- Finds the submission of this idempotency key, or makes it; tells which by `is_new`, and whether lines of its register wait
-- in quarantine, and whether it is repeated though its source has delivered other files of the like since. With $12 a new one
-- is durable once anything is that is written after it.
with made as (
    insert into submission (submission_id, register, source_unit, idempotency_key, digest, stated_at, sender, reason,
                            department, file, copy_of)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (register, source_unit, idempotency_key) do nothing
    returning submission_id, digest, stated_at, position, counts, measures, results, copy_of, removed, finished_at,
              failed_at is not null as has_failed, true as is_new, 0 as shares
),
haste as materialized (
    select case when $12 then set_config('synchronous_commit', 'off', true) end
)
select made.*, exists (select from quarantine where register = $2 and status = 'OPEN') as is_awaited,
       false as is_overtaken
from made
cross join haste
union all
select submission_id, digest, stated_at, position, coalesce(repeated_counts, counts),
       coalesce(repeated_measures, measures), results, copy_of, removed, finished_at,
       failed_at is not null, false,
       (select count(*)::integer from submission_share where submission_share.submission_id = submission.submission_id),
       exists (select from quarantine where register = $2 and status = 'OPEN'),
       repeated_counts is not null and exists (
           select from submission as later
           where later.register = submission.register and later.source_unit = submission.source_unit
             and later.started_at > submission.started_at and later.finished_at is not null and later.results is null
             and later.measures::jsonb ?| array(select json_object_keys(submission.measures))
       )
from submission
where register = $2 and source_unit = $3 and idempotency_key = $4 and not exists (select from made);

-- restart_submission
-- Begins a finished submission anew, so that its lines are compared once more; what it told the first time is kept.
update submission
set position = 0, repeated_counts = '{}', repeated_measures = '{}', finished_at = null, settled_to = null,
    settling_since = null
where submission_id = $1 and finished_at is not null;

-- fail_submission
-- Keeps why the submission $1 cannot be taken in as it is, $2, unless it is in or that is known.
update submission set failed_at = clock_timestamp(), failure = $2
where submission_id = $1 and finished_at is null and failed_at is null;

-- take_up_submission
-- Forgets why the submission $1 could not be taken in, for it is taken up again.
update submission set failed_at = null, failure = null where submission_id = $1;

-- advance_submission
-- Moves a submission on from line $2 to line $3, adding the results $6 to those that are kept; gives nothing where
-- another loader has moved it meanwhile.
update submission
set position = $3,
    counts = case when repeated_counts is null then $4 else counts end,
    measures = case when repeated_counts is null then $5 else measures end,
    repeated_counts = case when repeated_counts is not null then $4 end,
    repeated_measures = case when repeated_counts is not null then $5 end,
    results = coalesce((results::jsonb || $6::jsonb)::json, $6::json, results)
where submission_id = $1 and position = $2
returning submission_id;

-- lock_submission
-- Has nobody else share out the submission $1 before this transaction ends; gives the line it has reached.
select position from submission where submission_id = $1 for update;

-- share_submission
-- Shares a submission among $2 processes.
insert into submission_share (submission_id, share) select $1, share from generate_series(0, $2 - 1) as share;

-- submission_shares
-- How far each share of a submission has come.
select position, counts, measures from submission_share where submission_id = $1 order by share;

-- advance_share
-- Moves the share $2 of a submission on from line $3 to line $4, and the submission by $7 lines; gives nothing where another
-- loader has moved it meanwhile.
with moved as (
    update submission_share set position = $4, counts = $5, measures = $6
    where submission_id = $1 and share = $2 and position = $3
    returning submission_id
)
update submission set position = submission.position + $7
from moved
where submission.submission_id = moved.submission_id
returning submission.submission_id;

-- unite_submission
-- Makes one of the shares of a submission, which has reached the line $2.
with shares as (
    delete from submission_share where submission_id = $1
)
update submission
set position = $2,
    counts = case when repeated_counts is null then $3 else counts end,
    measures = case when repeated_counts is null then $4 else measures end,
    repeated_counts = case when repeated_counts is not null then $3 end,
    repeated_measures = case when repeated_counts is not null then $4 end
where submission_id = $1;

-- finish_submission
-- Marks a submission as complete, and its source as heard of, to the minute: of many small submissions each few touch a
-- row. Lines that are taken in again from quarantine are no delivery.
with finished as (
    update submission set finished_at = clock_timestamp()
    where submission_id = $1
    returning register, source_unit, measures, finished_at
),
delivered as (
    select register, source_unit, json_object_keys(measures) as record_type, finished_at
    from finished
    where not exists (select from quarantine where quarantine.retried_as = $1)
)
insert into source (register, source_unit, record_type, delivered_at)
select register, source_unit, record_type, finished_at
from delivered
where record_type <> '' and not exists (
    select from source
    where source.register = delivered.register and source.source_unit = delivered.source_unit
      and source.record_type = delivered.record_type
      and source.delivered_at > delivered.finished_at - interval '1 minute'
)
order by record_type
on conflict (register, source_unit, record_type) do update
set delivered_at = greatest(source.delivered_at, excluded.delivered_at);

-- note_bytes
-- Notes that of the $2 bytes of the submission $1 so many ($3) were read.
update submission set bytes = $2, bytes_read = $3 where submission_id = $1;

-- progress
-- How far the submission $1 is.
select submission_id, register, source_unit, position, counts, bytes, bytes_read, started_at, finished_at, failed_at,
       failure
from submission
where submission_id = $1;
