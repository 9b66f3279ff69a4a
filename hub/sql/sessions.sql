-- find_session
-- The session $1, and why it has ended, if it has: as it was told, by its end, or because it was not used for too long.
select
    agency, officer, roles, department, divisions, used_at < clock_timestamp() - interval '30 seconds' as is_stale,
    case
        when ended_at is not null then reason
        when ends_at <= clock_timestamp() then 'it has lasted as long as a session may'
        when used_at + idle <= clock_timestamp() then 'it was not used for too long'
    end as ended
from identity.session
where session_id = $1;

-- begin_session
-- Begins the session $1 of issuer $2 for agency $3, officer $4, roles $5, department $6 and divisions $7, that lasts
-- while it is not idle for $8 and for $9 at most, and notes it under trace $10; nothing where it has begun already.
with begun as (
    insert into identity.session (session_id, issuer, agency, officer, roles, department, divisions, idle, ends_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + $9::interval)
    on conflict do nothing
    returning session_id, issuer, agency, officer, roles
)
insert into audit.session_event (event, session_id, issuer, agency, officer, roles, trace_id)
select 'STARTED', session_id, issuer, agency, officer, roles, $10 from begun;

-- use_sessions
-- Notes that the sessions $1 are in use.
update identity.session set used_at = clock_timestamp() where session_id = any($1) and ended_at is null;

-- roles_of_officer
-- The roles of the open sessions of officer $3 of agency $2 by issuer $1.
select distinct roles from identity.session
where agency = $2 and officer = $3 and issuer = $1 and ended_at is null
  and (ends_at is null or ends_at > clock_timestamp()) and (idle is null or used_at + idle > clock_timestamp());

-- ended_among
-- Those of the sessions $1 that have ended; who holds a connection open is not idle.
select session_id from identity.session
where session_id = any($1) and (ended_at is not null or ends_at <= clock_timestamp());

-- end_sessions
-- Ends, told by $4, because of $5, what is open of the session $1, or of officer $3 of agency $2, or of all of the agency;
-- notes it under trace $6 and gives the sessions.
with ended as (
    update identity.session
    set ended_at = clock_timestamp(), ended_by = $4, reason = $5
    where ended_at is null and ($1::uuid is not null or $2::text is not null)
      and ($1 is null or session_id = $1) and ($2 is null or agency = $2) and ($3::text is null or officer = $3)
    returning session_id, issuer, agency, officer, roles
), noted as (
    insert into audit.session_event (event, session_id, issuer, agency, officer, roles, reason, told_by, trace_id)
    select 'ENDED', session_id, issuer, agency, officer, roles, $5, $4, $6 from ended
)
select session_id from ended;

-- note_refusal
-- Notes that a token was refused: of session $1, issuer $2, agency $3, officer $4, because of $5, under trace $6.
insert into audit.session_event (event, session_id, issuer, agency, officer, reason, trace_id)
values ('REFUSED', $1, $2, $3, $4, $5, $6);

-- open_sessions
-- The open sessions of agency $1 and officer $2, of all where they are null, the latest used first, up to $3.
select session_id, issuer, agency, officer, roles, started_at, used_at, ends_at from identity.session
where ended_at is null and (ends_at is null or ends_at > clock_timestamp())
  and ($1::text is null or agency = $1) and ($2::text is null or officer = $2)
order by used_at desc
limit $3;

-- events
-- What happened before $3 to sessions of agency $2, by events of the sort $1, of all where they are null, the latest first,
-- up to $4.
select at, event, agency, officer, roles, reason, told_by from audit.session_event
where ($1::text is null or event = $1) and ($2::text is null or agency = $2)
  and ($3::timestamptz is null or at < $3)
order by at desc
limit $4;

-- forget_sessions
-- Forgets the sessions that were last used more than $1 ago; what happened to them stays in the log.
delete from identity.session where used_at < clock_timestamp() - $1::interval;
