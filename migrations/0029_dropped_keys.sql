-- Keys that were dropped from the key file: nothing may be sealed with them any more, by a process that still holds one
-- either (docs/decisions/0037-key-rotation.md).

alter table vault.key add column dropped_at timestamptz;

create function vault.under_a_kept_key() returns trigger language plpgsql as $$
begin
    if exists (select from written join vault.key on name = 'seal:' || written.key_id where dropped_at is not null) then
        raise 'sealed with a key that was dropped' using errcode = 'check_violation';
    end if;
    return null;
end
$$;

create trigger under_a_kept_key after insert on vault.identifier
referencing new table as written for each statement execute function vault.under_a_kept_key();
create trigger under_a_kept_key after insert on vault.raw
referencing new table as written for each statement execute function vault.under_a_kept_key();
create trigger under_a_kept_key after insert on vault.mended
referencing new table as written for each statement execute function vault.under_a_kept_key();
create trigger under_a_kept_key after insert on webhook
referencing new table as written for each statement execute function vault.under_a_kept_key();
