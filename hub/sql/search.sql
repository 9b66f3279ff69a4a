-- page
-- At most $13 of the entities of kind $1 after $12, in the order of ids, whose card fits; how many fit in all, and how
-- many of these come up to the page; no entity, and one more than $11, where more than $11 fit. The name lies from $2 to
-- $3 or has the part $4: with neither nobody is found. Birth date and division lie from one to the other, category and
-- status are what is said; null asks nothing. The division begins with one of $14, of which an empty one takes all.
with named as (
    select * from card where kind = $1 and name_key >= $2 and name_key <= $3
    union all
    select * from card where kind = $1 and bigrams(name_key) @> bigrams($4) and position($4 in name_key) > 0
),
hit as materialized (
    select entity_id
    from named
    where ($5::text is null or birth_date >= $5)
      and ($6::text is null or birth_date <= $6)
      and ($7::text is null or division >= $7)
      and ($8::text is null or division <= $8)
      and ($9::text is null or category = $9)
      and ($10::text is null or status = $10)
      and exists (select from unnest($14::text[]) as area where starts_with(coalesce(division, ''), area))
    limit $11 + 1
),
shown as (
    select entity_id
    from hit
    where ($12::uuid is null or entity_id > $12) and (select count(*) from hit) <= $11
    order by entity_id
    limit $13
)
select array(select entity_id from shown order by entity_id) as entity_ids,
       (select count(*) from hit) as total,
       (select count(*) from hit where entity_id <= $12) as passed;
