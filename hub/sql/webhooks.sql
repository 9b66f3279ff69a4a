-- create_webhook
-- Keeps the webhook $1 unless its owner (agency $2, role $4, department $5) has $13 already; says whether it did.
with kept as (
    insert into webhook
        (webhook_id, agency, officer, role, department, divisions, purpose, url, wanted, key_id, secret_encrypted, cursor)
    select $1, $2, $3, $4, $5, $6::text[], $7, $8, $9::text::json, $10, $11, $12
    where (
        select count(*) from webhook
        where agency = $2 and role = $4 and department is not distinct from $5
    ) < $13
    returning webhook_id
)
select exists (select from kept);

-- webhooks_of
-- The webhooks of agency $1, role $2 and department $3, the oldest first; only $4 where an id is given.
select * from webhook
where agency = $1 and role = $2 and department is not distinct from $3 and ($4::uuid is null or webhook_id = $4)
order by webhook_id;

-- all_webhooks
-- Every webhook with the number of its dead letters, the oldest first.
select webhook.*, (select count(*) from dead_letter where dead_letter.webhook_id = webhook.webhook_id) as letters
from webhook
order by webhook_id;

-- webhook
-- The webhook $1, whosever it is.
select * from webhook where webhook_id = $1;

-- dead_letters
-- Up to $2 dead letters of each of the webhooks $1, the oldest of each first.
select letter.*
from unnest($1::uuid[]) as wanted (webhook_id)
cross join lateral (
    select * from dead_letter where dead_letter.webhook_id = wanted.webhook_id order by letter_id limit $2
) as letter
order by letter.webhook_id, letter.letter_id;

-- letter_to_retry
-- The oldest dead letter of the webhook $1 that is to be posted once more.
select * from dead_letter where webhook_id = $1 and retry order by letter_id limit 1;

-- remove_webhook
-- Forgets the webhook $1 and its dead letters.
delete from webhook where webhook_id = $1;

-- retry_webhook
-- Has the webhook $1 go on at once, whatever stopped it, and its dead letters posted once more.
with letters as (
    update dead_letter set retry = true where webhook_id = $1
)
update webhook
set attempts = 0, due_at = clock_timestamp(), failing_since = null, failure = null, suspended_at = null,
    stopped_at = null
where webhook_id = $1;

-- claim
-- Takes the webhooks that have something to do, for as long as the session lasts, but for those in $2 and those that
-- another session has taken. $1 is the cursor of the latest change: who stands there has nothing new to be told.
with ready as materialized (
    select webhook_id from webhook
    where stopped_at is null and suspended_at is null and due_at <= clock_timestamp() and webhook_id <> all ($2)
      and (
          cursor is distinct from $1
          or exists (select from dead_letter where dead_letter.webhook_id = webhook.webhook_id and retry)
      )
)
select webhook_id from ready where pg_try_advisory_lock(hashtextextended('webhook ' || webhook_id, 0));

-- release
-- Gives back the webhook $1 that this session has taken.
select pg_advisory_unlock(hashtextextended('webhook ' || $1::uuid, 0));

-- move_on
-- Moves the webhook $1 from cursor $2 to cursor $3; where changes were taken ($4) it fails no longer.
update webhook
set cursor = $3, attempts = 0, due_at = clock_timestamp(),
    failing_since = case when $4 then null else failing_since end,
    failure = case when $4 then null else failure end
where webhook_id = $1 and cursor is not distinct from $2;

-- note_failure
-- Notes that the webhook $1 did not take what follows its cursor, because of $2; tries again in $3 and, where it has
-- taken nothing for $4, not before it is told to.
update webhook
set attempts = attempts + 1, failure = $2, due_at = clock_timestamp() + $3,
    failing_since = coalesce(failing_since, clock_timestamp()),
    suspended_at = case when clock_timestamp() - failing_since >= $4 then clock_timestamp() end
where webhook_id = $1;

-- give_up
-- Makes a dead letter $4 of the $5 changes of the webhook $1 from cursor $2 to cursor $3, because of $6, and goes on
-- behind it; where nothing was taken for $7, not before it is told to.
with moved as (
    update webhook
    set cursor = $3, attempts = 0, failure = $6, due_at = clock_timestamp(),
        failing_since = coalesce(failing_since, clock_timestamp()),
        suspended_at = case when clock_timestamp() - failing_since >= $7 then clock_timestamp() end
    where webhook_id = $1 and cursor is not distinct from $2
    returning webhook_id
)
insert into dead_letter (webhook_id, letter_id, after_cursor, through_cursor, changes, failure)
select webhook_id, $4, $2, $3, $5, $6 from moved;

-- suspend
-- Has the webhook $1 wait until it is told to go on, because of $2.
update webhook set suspended_at = clock_timestamp(), failure = $2 where webhook_id = $1;

-- stop
-- Ends the webhook $1, because of $2.
update webhook set stopped_at = clock_timestamp(), failure = $2 where webhook_id = $1;

-- advance_letter
-- Has the dead letter $2 of the webhook $1 begin after cursor $3, for what came before it was taken.
update dead_letter set after_cursor = $3 where webhook_id = $1 and letter_id = $2;

-- remove_letter
-- Forgets the dead letter $2 of the webhook $1, for it was taken.
delete from dead_letter where webhook_id = $1 and letter_id = $2;

-- refuse_letter
-- Keeps the dead letter $2 of the webhook $1, which was not taken once more, because of $3.
update dead_letter
set retry = false, failure = $3, failed_at = clock_timestamp()
where webhook_id = $1 and letter_id = $2;
