-- A draft of the catalog may be of all that it is to say, as the model has it (docs/access.md).
alter table catalog_draft
    alter column entity drop not null,
    alter column item drop not null,
    add column content json,
    drop constraint catalog_draft_check,
    add constraint of_one_item_or_of_all check (
        case when content is null
            then entity is not null and item is not null and (terms is null) = (cardinality(sources) > 0)
            else entity is null and item is null and terms is null and cardinality(sources) = 0
        end
    );
