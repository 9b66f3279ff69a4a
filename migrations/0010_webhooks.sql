-- Where agencies have changes posted to, how far that has come, and what could not be posted
-- (docs/webhooks.md).

create table webhook (
    webhook_id uuid primary key,
    agency text not null,
    officer text not null,
    role text not null,
    department text,
    purpose text not null,
    url text not null,
    wanted json not null,
    key_id text not null,
    secret_encrypted bytea not null,
    created_at timestamptz not null default clock_timestamp(),
    cursor text,
    attempts integer not null default 0,
    due_at timestamptz not null default clock_timestamp(),
    failing_since timestamptz,
    failure text,
    suspended_at timestamptz,
    stopped_at timestamptz
);
create index webhook_of_agency on webhook (agency);

create table dead_letter (
    webhook_id uuid not null references webhook on delete cascade,
    letter_id uuid not null,
    after_cursor text,
    through_cursor text not null,
    changes integer not null,
    failure text not null,
    failed_at timestamptz not null default clock_timestamp(),
    retry boolean not null default false,
    primary key (webhook_id, letter_id)
);
