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
