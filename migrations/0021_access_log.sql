-- The access log in chains, one of each writer, with what a question was and how it came out
-- (docs/decisions/0031-access-log.md). What was kept before has no chain and goes under the nil writer.

alter table audit.access_log rename to unchained;
alter table audit.access_log_other rename to unchained_other;
alter table audit.unchained rename constraint access_log_pkey to unchained_pkey;
alter table audit.unchained_other rename constraint access_log_other_pkey to unchained_other_pkey;

create table audit.access_log (
    writer uuid not null,
    position bigint not null,
    at timestamptz not null,
    began_at timestamptz not null,
    agency text not null,
    officer text not null,
    roles text[] not null,
    purpose text not null,
    grants text[] not null,
    operation text not null,
    document text not null,
    items text[] not null,
    denied text[] not null,
    outcome text not null,
    trace_id text not null,
    valid_on date,
    known_at timestamptz,
    entity_ids uuid[] not null,
    digest bytea not null,
    primary key (writer, position, at)
) partition by range (at);
create index access_log_at on audit.access_log (at);
create index access_log_officer on audit.access_log (agency, officer, at);
create index access_log_subjects on audit.access_log using gin (entity_ids);
create table audit.access_log_other partition of audit.access_log default;

insert into audit.access_log
select '00000000-0000-0000-0000-000000000000', row_number() over (order by at, entry_id), at, at, agency, officer,
       string_to_array(role, ' '), purpose, '{}', operation, '', items, denied,
       case when denied = '{}' then 'GIVEN' when items = '{}' then 'DENIED' else 'PARTLY' end,
       trace_id, valid_on, known_at, entity_ids, ''
from audit.unchained;
drop table audit.unchained;

create function audit.make_month(first date) returns boolean language plpgsql as $$
declare
    name text := 'access_log_' || to_char(first, 'YYYY_MM');
    since timestamptz := first::timestamp at time zone 'Asia/Shanghai';
    until timestamptz := (first + interval '1 month')::timestamp at time zone 'Asia/Shanghai';
begin
    if to_regclass('audit.' || name) is not null
        or exists (select from audit.access_log_other where at >= since and at < until)
    then
        return false;
    end if;
    execute format(
        'create table audit.%I partition of audit.access_log for values from (%L) to (%L)', name, since, until
    );
    return true;
end
$$;
