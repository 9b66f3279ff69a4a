-- add
-- Keeps the draft $1 against the version $2 of the catalog: of an item either the terms or the order of sources.
insert into catalog_draft (draft_id, catalog_version, entity, item, terms, sources)
values ($1, $2, $3, $4, $5::json, $6);

-- add_whole
-- Keeps the draft $1 against the version $2 of the catalog: $3, all that it is to say.
insert into catalog_draft (draft_id, catalog_version, content) values ($1, $2, $3::json);

-- lock
-- Has the draft $1 wait for nobody else until the transaction ends.
select from catalog_draft where draft_id = $1 for update;

-- draft
-- The draft $1, if there is one, with its steps.
select draft_id, catalog_version, entity, item, terms, sources, content, array(
    select json_build_array(state, at, officer, words) from catalog_draft_step
    where catalog_draft_step.draft_id = catalog_draft.draft_id
    order by place
)::text[] as steps
from catalog_draft
where draft_id = $1;

-- page
-- Up to $3 drafts after $2, in the order in which they were made: those in the state $1, or in any.
select draft_id, catalog_version, entity, item, terms, sources, content, steps
from catalog_draft
cross join lateral (
    select array_agg(json_build_array(state, at, officer, words)::text order by place) as steps,
           (array_agg(state order by place desc))[1] as state
    from catalog_draft_step
    where catalog_draft_step.draft_id = catalog_draft.draft_id
) as taken
where ($1::text is null or taken.state = $1) and ($2::uuid is null or draft_id > $2)
order by draft_id
limit $3;

-- take
-- Keeps that the draft $1 came to the state $2 at $3, by the officer $4 and with which words.
insert into catalog_draft_step (draft_id, place, state, at, officer, words)
select $1, count(*) + 1, $2, $3, $4, $5 from catalog_draft_step where draft_id = $1;
