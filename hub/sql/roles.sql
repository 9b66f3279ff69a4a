-- make_login
-- Makes the role of the application and the login that the hub takes it by on its own server; does nothing where they are.
do $$
begin
    perform pg_advisory_xact_lock(hashtext('hub_server'));
    if not exists (select from pg_roles where rolname = 'hub_application') then
        create role hub_application nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'hub_server') then
        create role hub_server login in role hub_application;
    end if;
end
$$;

-- own_role
-- Who the hub is in the database, and whether that role may change or delete what was logged.
select current_user::text as name,
       has_table_privilege('audit.access_log', 'update, delete, truncate') as may_alter_log;
