-- begin_generation
-- From now on look-ups may lie in forms of the generation $1, and who does not know that is told nothing.
insert into vault.generation (generation) values ($1) on conflict do nothing;

-- write_alone
-- From now on no look-up is written in a form of a generation before $1.
update vault.generation set alone_from = coalesce(alone_from, clock_timestamp()) where generation = $1;

-- await_writers
-- Returns once every transaction that has written a look-up is at its end.
lock table vault.identifier, vault.recognised, vault.reassignment in share mode;

-- yield_to_writers
-- Has the transaction wait little for what others have locked.
set local lock_timeout = '300ms';

-- stale
-- The look-ups after $1, at most $3 of each table, that lie in forms of generations before $2.
select lookup
from (
    (select lookup from vault.identifier where lookup > $1 and key_generation < $2 order by lookup limit $3)
    union
    (select lookup from vault.recognised where lookup > $1 and key_generation < $2 order by lookup limit $3)
    union
    (select lookup from vault.reassignment where lookup > $1 and key_generation < $2 order by lookup limit $3)
) as stale
order by lookup
limit $3;

-- stray
-- The look-ups that numbers are said to be replaced by and under which nothing lies: it was moved before that was written.
select distinct former.replaced_by as lookup
from vault.identifier as former
where former.replaced_by is not null
  and not exists (select from vault.identifier where identifier.lookup = former.replaced_by);

-- left
-- How many look-ups lie in forms of generations before $1.
select (select count(*) from vault.identifier where key_generation < $1)
       + (select count(*) from vault.recognised where key_generation < $1)
       + (select count(*) from vault.reassignment where key_generation < $1);

-- move_identifiers
-- Has what lies under the look-ups $1 lie under $2, of the generation $3.
update vault.identifier set lookup = moved.after, key_generation = $3
from unnest($1::bytea[], $2::bytea[]) as moved (before, after)
where lookup = moved.before and key_generation < $3;

-- move_replacements
-- Has what was replaced by the numbers with the look-ups $1 name them by $2.
update vault.identifier set replaced_by = moved.after
from unnest($1::bytea[], $2::bytea[]) as moved (before, after)
where replaced_by = moved.before;

-- move_recognised
-- Has the refused lines that are known to be about the look-ups $1 be about $2, of the generation $3.
update vault.recognised set lookup = moved.after, key_generation = $3
from unnest($1::bytea[], $2::bytea[]) as moved (before, after)
where lookup = moved.before and key_generation < $3;

-- move_reassignments
-- Has the orders about the look-ups $1 be about $2, of the generation $3.
update vault.reassignment set lookup = moved.after, key_generation = $3
from unnest($1::bytea[], $2::bytea[]) as moved (before, after)
where lookup = moved.before and key_generation < $3;

-- settle
-- Notes that no look-up lies in a form of a generation before $1.
update vault.generation set settled_at = coalesce(settled_at, clock_timestamp()) where generation = $1;
