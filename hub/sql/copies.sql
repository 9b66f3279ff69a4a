-- claim
-- Takes for this session what the unit $2 of register $1 keeps as $3, unless another session copies it; says whether it did.
select pg_try_advisory_lock(hashtextextended(array_to_string(array['copy', $1, $2, $3]::text[], chr(31)), 0));

-- note
-- Remembers that the copy $1 names records, each as the entity $2 it is of and its key $3.
insert into copied (entity_id, submission_id, record_key)
select distinct entity_id, $1::uuid, record_key from unnest($2::uuid[], $3::text[]) as new (entity_id, record_key)
on conflict do nothing;

-- successor
-- The first copy said after $4 of what the unit $2 of register $1 keeps as $3, of those that were taken in whole.
select (stated_at at time zone 'Asia/Shanghai')::date as day, stated_at, settling_since
from submission
where register = $1 and source_unit = $2 and copy_of = $3 and stated_at > $4 and finished_at is not null
order by stated_at
limit 1;

-- page
-- The last of the next $2 entities after $1 that stand for themselves; how many of their records of the type $5, kept by
-- the unit $4 of register $3, stand on the day $7; and those of which the copy $6, said at $8, may conclude something:
-- MISSING ones that it does not name, RETURNED ones that earlier copies did not, and, where a later copy of the day $9
-- has been settled since $10, those that were BROUGHT after it.
with asked as (
    select entity_id from view where entity_id > $1 and linked_into is null order by entity_id limit $2
),
member as (
    select entity_id, entity_id as member_id from asked
    union all
    select link.into_id, link.entity_id
    from asked
    join link on link.into_id = asked.entity_id and link.unlinked_at is null
),
turn as (
    select member.entity_id, state.*
    from member
    cross join lateral (
        select record_key, operation, valid_from, stated_at, submission_id, recorded_at
        from state
        where entity_id = member.member_id and register = $3 and source_unit = $4 and record_type = $5
          and superseded_at is null and valid_from <= greatest($7::date, $9::date)
    ) as state
),
record as (
    select entity_id, record_key,
           (array_agg(operation order by valid_from desc) filter (where valid_from <= $7::date))[1] as operation,
           (array_agg(stated_at order by valid_from desc) filter (where valid_from <= $7::date))[1] as stated_at,
           bool_or(valid_from > $7::date) as turns_later,
           bool_or(submission_id = $6 and recorded_at >= $10::timestamptz) as is_brought,
           exists (
               select from member
               join copied on copied.entity_id = member.member_id
               where member.entity_id = turn.entity_id and copied.submission_id = $6
                 and copied.record_key = turn.record_key
           ) as is_named
    from turn
    group by entity_id, record_key
),
judged as (
    select entity_id, record_key, operation, case
        when not is_named and operation = 'STATE' and stated_at < $8::timestamptz and ($9::date is null or turns_later) then 'MISSING'
        when is_named and operation = 'ABSENT' and stated_at < $8::timestamptz then 'RETURNED'
        when is_named and is_brought then 'BROUGHT'
    end as concern
    from record
)
select (select entity_id from asked order by entity_id desc limit 1) as reached,
       count(*) filter (where operation = 'STATE') as standing,
       count(*) filter (where concern = 'MISSING') as missing,
       coalesce(array_agg(entity_id order by entity_id, record_key) filter (where concern is not null), '{}') as entities,
       coalesce(array_agg(record_key order by entity_id, record_key) filter (where concern is not null), '{}') as keys,
       coalesce(array_agg(concern order by entity_id, record_key) filter (where concern is not null), '{}') as concerns
from judged;

-- begin_settling
-- Notes that the lines of the copy $1 are in and what it leaves out may end; gives nothing where that is noted already.
update submission set settled_to = '00000000-0000-0000-0000-000000000000', settling_since = clock_timestamp()
where submission_id = $1 and settled_to is null
returning submission_id;

-- settling
-- How far the copy $1 has come in ending what it leaves out, null before it may; and how many records have ended by it.
select settled_to, removed from submission where submission_id = $1;

-- settle
-- Moves the copy $1 on from the entity $2 to the entity $3, after $4 more records have ended by it.
update submission set settled_to = $3, removed = removed + $4
where submission_id = $1 and settled_to = $2
returning submission_id;

-- forget
-- Forgets what the copy $1 named of the next $3 entities after $2; gives the last of them.
with gone as (
    delete from copied
    where submission_id = $1 and entity_id in (
        select distinct entity_id from copied where submission_id = $1 and entity_id > $2 order by entity_id limit $3
    )
    returning entity_id
)
select entity_id from gone order by entity_id desc limit 1;
