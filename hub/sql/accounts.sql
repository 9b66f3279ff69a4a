-- add_account
-- Registers the account $1 of agency $2 with roles $3, department $4, divisions $5 and public key $6, told by $7; says
-- whether the name was free.
with added as (
    insert into identity.account (name, agency, roles, department, divisions, key, registered_by)
    values ($1, $2, $3, $4, $5, $6::text::json, $7)
    on conflict do nothing
    returning name
)
select exists (select from added);

-- open_account
-- The account $1, unless it has ended.
select name, agency, roles, department, divisions, key from identity.account where name = $1 and ended_at is null;

-- accounts
-- Every account, by name.
select name, agency, roles, department, divisions, registered_at, registered_by, ended_at, ended_by
from identity.account
order by name;

-- end_account
-- Ends the account $1, told by $2, with every session it has open, under trace $3; says whether there was one.
with ended as (
    update identity.account set ended_at = clock_timestamp(), ended_by = $2
    where name = $1 and ended_at is null
    returning name
), sessions as (
    update identity.session set ended_at = clock_timestamp(), ended_by = $2, reason = 'its account has ended'
    where issuer = 'account' and officer = $1 and ended_at is null
    returning session_id, issuer, agency, officer, roles
), noted as (
    insert into audit.session_event (event, session_id, issuer, agency, officer, roles, reason, told_by, trace_id)
    select 'ENDED', session_id, issuer, agency, officer, roles, 'its account has ended', $2, $3 from sessions
)
select exists (select from ended);

-- use_assertion
-- Notes that the assertion $2 of the account $1 was used, until it expires at $3; says whether it was the first time.
with expired as (
    delete from identity.assertion where expires_at < clock_timestamp() - interval '5 minutes'
), used as (
    insert into identity.assertion (account, assertion_id, expires_at) values ($1, $2, $3)
    on conflict do nothing
    returning account
)
select exists (select from used);
