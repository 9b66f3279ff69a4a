-- add
-- Keeps the objection $1 about the entity $2 of the kind $3: to the items $4 because of $5, for the agency $6 by $7 at $8.
insert into objection (objection_id, entity_id, kind, items, reason, raised_for, raised_by, raised_at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- settle
-- Keeps the outcome $2 of the objection $1, by $3 and with which words; nothing where none is open.
update objection
set outcome = $2, settled_by = $3, settled_words = $4, settled_at = clock_timestamp()
where objection_id = $1 and settled_at is null
returning objection_id;

-- objection
-- The objection $1, if there is one.
select objection_id, entity_id, kind, items, reason, raised_for, raised_by, raised_at, outcome, settled_by, settled_words,
       settled_at
from objection
where objection_id = $1;

-- page
-- Up to $4 objections after $3, in the order in which they were raised: those of the agency $1 and about one of the
-- entities $2, where these are said.
select objection_id, entity_id, kind, items, reason, raised_for, raised_by, raised_at, outcome, settled_by, settled_words,
       settled_at
from objection
where ($1::text is null or raised_for = $1) and ($2::uuid[] is null or entity_id = any ($2))
  and ($3::uuid is null or objection_id > $3)
order by objection_id
limit $4;
