-- outgrown
-- The hub's tables of this user that have grown by a tenth, and by 32 pages or more, since their pages were last counted.
select format('%I.%I', schema.nspname, relation.relname) as name
from pg_class relation
join pg_namespace schema on schema.oid = relation.relnamespace
where relation.relkind = 'r' and schema.nspname in (current_schema(), 'vault', 'audit')
    and pg_has_role(relation.relowner, 'usage')
    and pg_relation_size(relation.oid) / current_setting('block_size')::bigint
        >= relation.relpages + greatest(32, relation.relpages / 10)
order by 1;
