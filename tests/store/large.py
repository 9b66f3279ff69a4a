"""A database with large tables, and how its server plans to read them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hub.store.pool import Connection, DirectConnection

LARGE = {
    *("adoption", "card", "change", "employer_number", "identifier", "link", "reference", "split", "state"),
    *("submission", "view"),
}
FILL = """
insert into view (entity_id, kind, version, merged, records, recorded_at, catalog_version)
select ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'NATURAL_PERSON', 1, '{}', '{}', now(), 1
from generate_series(1, 20000) n;

insert into state (entity_id, state_id, register, record_type, source_unit, record_key, operation, valid_from,
                   stated_at, recorded_at, digest, payload, submission_id)
select entity_id, gen_random_uuid(), 'r', 't', '', n::text, 'STATE', '2024-01-01',
       now(), now(), '\\x00', '{}', entity_id
from view cross join generate_series(1, 2) n;

insert into vault.identifier (lookup, identifier_id, key_generation, entity_id, scheme, key_id, value_encrypted,
                              submission_id, recorded_at)
select decode(md5(entity_id::text), 'hex'), gen_random_uuid(), 1, entity_id, 'ID_NUMBER', '', '', entity_id, now()
from view;

insert into card (entity_id, kind, name, name_key) select entity_id, 'LEGAL_ENTITY', n, n
from (select entity_id, right(entity_id::text, 12) as n from view) named;

insert into employer_number (number, entity_id, recorded_at)
select right(entity_id::text, 12), entity_id, now() from view;

insert into link (entity_id, into_id, through_id, linked_at, reason, submission_id)
select gen_random_uuid(), entity_id, entity_id, now(), '', entity_id from view;

insert into change (entity_id, version, kind, recorded_at, valid_on, position, epoch, items, divisions, submission_id,
                    catalog_version)
select entity_id, 1, kind, now(), '2024-01-01', (row_number() over ())::text::xid8, 0, '{name}', '{}', entity_id, 1
from view;

insert into adoption (entity_id, catalog_version, recorded_at) select entity_id, 1, now() from view;

insert into submission (submission_id, register, source_unit, idempotency_key, digest, stated_at, sender)
select entity_id, 'r', '', entity_id::text, '', now(), '' from view;

insert into card (entity_id, kind, name, name_key, birth_date)
select gen_random_uuid(), kind, name, name, (1940 + n % 80) || '-01-01'
from (select kind, (row_number() over ())::int as n from view) as numbered
cross join lateral (select chr(19968 + n % 97) || chr(20100 + n % 89) || chr(20200 + n % 83)) as named (name);

insert into split (entity_id, record_type, source_unit, record_key, other_id, split_at, submission_id)
select entity_id, 't', '', '1', gen_random_uuid(), now(), entity_id from view;

insert into reference (target_id, via, entity_id) select entity_id, 'a.b', gen_random_uuid() from view;
"""
SETTLED = ("analyze", "vacuum analyze card")
"""What the database does by itself: it counts, and merges what waits to go into the index of pairs."""


async def fill(connection: DirectConnection) -> None:
    for statements in (FILL, *SETTLED):
        await connection.execute(statements)


def scanned_whole(plan: Mapping[str, Any]) -> Iterator[str]:
    """The large tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in LARGE:
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from scanned_whole(part)


async def plan_of(connection: "Connection | DirectConnection", statement: str, *arguments: object) -> Mapping[str, Any]:
    text = await connection.fetchval(f"explain (format json) {statement}", *arguments)
    plan: Mapping[str, Any] = json.loads(text)[0]["Plan"]
    return plan
