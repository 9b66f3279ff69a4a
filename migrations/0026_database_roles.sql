-- Who may do what in the database: the owner, who migrates; the application, which can change nothing that was logged; the
-- auditor, who reads the logs (docs/decisions/0035-database-roles.md). Roles belong to a whole server, so they are made where
-- they are missing and may be made; grant_roles() gives them their rights in this database, again as often as it is called.

create function grant_roles() returns void language plpgsql as $$
declare
    within text;
begin
    if exists (select from pg_roles where rolname = 'hub_application') then
        grant usage on schema public, vault, identity, audit to hub_application;
        foreach within in array array['public', 'vault', 'identity'] loop
            execute format('grant select, insert, update, delete on all tables in schema %I to hub_application', within);
            execute format('grant usage on all sequences in schema %I to hub_application', within);
        end loop;
        revoke insert, update, delete on public.migration from hub_application;
        grant select, insert on audit.access_log, audit.session_event to hub_application;
        grant usage on all sequences in schema audit to hub_application;
        grant execute on function audit.make_month to hub_application;
    end if;
    if exists (select from pg_roles where rolname = 'hub_auditor') then
        grant usage on schema public, audit to hub_auditor;
        grant select on audit.access_log, audit.session_event to hub_auditor;
    end if;
end
$$;
revoke execute on function grant_roles from public;

-- The months of the log are made by whoever starts the hub, and belong to the owner.
alter function audit.make_month security definer set search_path = pg_catalog, pg_temp;
revoke execute on function audit.make_month from public;

do $$
declare
    name text;
begin
    foreach name in array array['hub_application', 'hub_auditor'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I nologin', name);
        end if;
    end loop;
exception
    when duplicate_object or unique_violation then null;  -- another database of the server was quicker
    when insufficient_privilege then raise notice 'the roles hub_application and hub_auditor were not made';
end
$$;
select grant_roles();

create trigger only_added before update or delete or truncate on audit.access_log
for each statement execute function audit.only_added();
