-- is_followed
-- Whether the cards of this database were made by the rule with the digest $1.
select exists (select from card_rule where digest = $1);

-- follow
-- Remembers that all cards are made by the rule with the digest $1, and no other.
with former as (delete from card_rule where digest <> $1)
insert into card_rule (digest) values ($1) on conflict do nothing;

-- standing_after
-- The first $2 entities after $1 whose views stand for themselves, in the order of their ids.
select entity_id from view where entity_id > $1 and linked_into is null order by entity_id limit $2;

-- standing
-- The views of the entities $1 that stand for themselves.
select entity_id, kind, merged, records from view where entity_id = any ($1) and linked_into is null;
