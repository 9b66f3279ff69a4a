-- Which legal entities records have named together with the number of an employer (docs/decisions/0014-edges.md). A row
-- stays: what was ever said of a number by two codes leads to neither.

create table employer_number (
    number text collate "C" not null,
    entity_id uuid not null,
    primary key (number, entity_id)
);
