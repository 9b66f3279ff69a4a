-- spend
-- Adds $4 to what agency $1 has spent of each of the things $2 since each of $3, and gives what all processes have spent.
-- Nothing waits for the disk: what a crash loses of it is the spending of a moment.
with relaxed as materialized (
    select set_config('synchronous_commit', 'off', true) as is_so
)
insert into identity.budget (agency, thing, began_at, spent)
select $1, wanted.thing, wanted.began_at, wanted.amount
from unnest($2::text[], $3::timestamptz[], $4::bigint[]) as wanted (thing, began_at, amount)
cross join relaxed
order by wanted.thing
on conflict (agency, thing, began_at) do update set spent = budget.spent + excluded.spent
returning thing, spent;

-- spent
-- What all processes have spent for agency $1 of each of the things $2 since each of $3.
select budget.thing, budget.spent
from unnest($2::text[], $3::timestamptz[]) as wanted (thing, began_at)
join identity.budget on budget.agency = $1 and budget.thing = wanted.thing and budget.began_at = wanted.began_at;

-- forget_budgets
-- Forgets what was spent in times that began more than $1 ago.
delete from identity.budget where began_at < clock_timestamp() - $1::interval;
