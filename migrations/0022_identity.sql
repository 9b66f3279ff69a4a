-- Who is let in: the systems of agencies with their public keys, sessions, and what happened to tokens
-- (docs/identity.md). No secret is kept: of a token only what it says and a hash that names the session.

create schema identity;

create table identity.account (
    name text primary key,
    agency text not null,
    roles text not null,
    department text,
    divisions text[] not null,
    key json not null,
    registered_at timestamptz not null default clock_timestamp(),
    registered_by text not null,
    ended_at timestamptz,
    ended_by text
);

create table identity.assertion (
    account text not null,
    assertion_id text not null,
    expires_at timestamptz not null,
    primary key (account, assertion_id)
);
create index assertion_expired on identity.assertion (expires_at);

create table identity.session (
    session_id uuid primary key,
    issuer text not null,
    agency text not null,
    officer text not null,
    roles text not null,
    department text,
    divisions text[] not null,
    started_at timestamptz not null default clock_timestamp(),
    used_at timestamptz not null default clock_timestamp(),
    idle interval,
    ends_at timestamptz,
    ended_at timestamptz,
    ended_by text,
    reason text
);
create index session_of_officer on identity.session (agency, officer);

create table audit.session_event (
    event_id uuid not null default gen_random_uuid(),
    at timestamptz not null default clock_timestamp(),
    event text not null,
    session_id uuid,
    issuer text,
    agency text,
    officer text,
    roles text,
    reason text,
    told_by text,
    trace_id text not null,
    primary key (at, event_id)
);

create function audit.only_added() returns trigger language plpgsql as $$
begin
    raise exception 'rows of %.% are only added', tg_table_schema, tg_table_name;
end;
$$;
create trigger only_added before update or delete or truncate on audit.session_event
for each statement execute function audit.only_added();
