-- keep
-- Adds entries to the access log: $1 has the bytes of each, as a JSON array in their order, and $2 their digests. All of
-- them are in, or none.
insert into audit.access_log (
    writer, position, at, began_at, agency, officer, roles, purpose, grants, operation, document, items, denied, outcome,
    trace_id, valid_on, known_at, entity_ids, digest
)
select *
from rows from (
    json_to_recordset($1::json) as (
        writer uuid, position bigint, at timestamptz, began_at timestamptz, agency text, officer text, roles text[],
        purpose text, grants text[], operation text, document text, items text[], denied text[], outcome text,
        trace_id text, valid_on date, known_at timestamptz, entity_ids uuid[]
    ),
    unnest($2::bytea[])
);

-- make_months
-- Makes the partitions of the month of $1 and of the $2 months after it, where they are missing, and gives how many.
select count(*) from generate_series(0, $2::integer) as ahead (months)
where audit.make_month((date_trunc('month', $1::date) + ahead.months * interval '1 month')::date);

-- chain
-- The next $3 entries after the position $2 of the writer $1, by writers and their positions.
select * from audit.access_log where (writer, position) > ($1, $2) order by writer, position limit $3;

-- subjects
-- The entity that the look-up whose forms are $1 leads to now, who asks with keys up to the generation $3, or that has the id
-- $2, and all that were ever linked into it: whoever was shown one of them was shown this one.
with standing as (
    select coalesce(link.into_id, asked.entity_id) as entity_id
    from (
        select entity_id from vault.identifier where lookup = any ((select vault.asked($1, $3))::bytea[]) and superseded_at is null
        union all
        select $2::uuid
    ) as asked
    left join link on link.entity_id = asked.entity_id and link.unlinked_at is null
    where asked.entity_id is not null
)
select entity_id from standing
union
select link.entity_id from standing join link on link.into_id = standing.entity_id;

-- accesses
-- At most $8 entries after the place $5, $6, $7, the latest first, that were kept from $3 until $4: those of the agency $1 and
-- the officer $2, where these are said.
select *
from audit.access_log
where ($1::text is null or agency = $1) and ($2::text is null or officer = $2)
  and at >= $3 and at < $4 and (at, writer, position) < ($5::timestamptz, $6::uuid, $7::bigint)
order by at desc, writer desc, position desc
limit $8;

-- accesses_about
-- The same of those that show one of the entities $9. They are all gathered first: the planner, which cannot know how few
-- there are, would go through the whole log from its end for the first of them.
with about as materialized (
    select * from audit.access_log where entity_ids && $9::uuid[] and at >= $3 and at < $4
)
select *
from about
where ($1::text is null or agency = $1) and ($2::text is null or officer = $2)
  and (at, writer, position) < ($5::timestamptz, $6::uuid, $7::bigint)
order by at desc, writer desc, position desc
limit $8;

-- kinds
-- The kinds of those of the entities $1 that there are.
select entity_id, kind from view where entity_id = any ($1);

-- period
-- The next $5 entries kept until $4, in the order of time: from $1 on, or after the place that $1, $2 and $3 are.
select * from audit.access_log
where at >= $1 and at < $4 and ($2::uuid is null or (at, writer, position) > ($1, $2, $3::bigint))
order by at, writer, position
limit $5;
