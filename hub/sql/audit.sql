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
-- The entity that the look-up $1 leads to now or that has the id $2, and all that were ever linked into it: whoever was
-- shown one of them was shown this one.
with standing as (
    select coalesce(link.into_id, asked.entity_id) as entity_id
    from (
        select entity_id from vault.identifier where lookup = $1 and superseded_at is null
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
-- At most $9 entries after the place $6, $7, $8, the latest first, that were kept from $4 until $5: those that show one of the
-- entities $1, of the agency $2 and the officer $3, where these are said. With the kinds of the entities that still stand.
select log.*, array(
    select view.kind || ' ' || shown.entity_id
    from unnest(log.entity_ids) with ordinality as shown (entity_id, place)
    join view on view.entity_id = shown.entity_id
    order by shown.place
) as subjects
from audit.access_log as log
where ($1::uuid[] is null or log.entity_ids && $1)
  and ($2::text is null or log.agency = $2)
  and ($3::text is null or log.officer = $3)
  and log.at >= $4 and log.at < $5
  and (log.at, log.writer, log.position) < ($6::timestamptz, $7::uuid, $8::bigint)
order by log.at desc, log.writer desc, log.position desc
limit $9;

-- period
-- The next $5 entries kept until $4, in the order of time: from $1 on, or after the place that $1, $2 and $3 are.
select * from audit.access_log
where at >= $1 and at < $4 and ($2::uuid is null or (at, writer, position) > ($1, $2, $3::bigint))
order by at, writer, position
limit $5;
