"""The hot queries find what they need by index, also under the generic plan that a prepared statement ends with."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any
from uuid import UUID

from hub.sql import queries
from hub.store.pool import Connection, Database
from hub.timeline import END_OF_TIME

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
ASKED = [UUID(int=n) for n in range(1, 11)]
NOW = datetime(2030, 1, 1, tzinfo=UTC)
TODAY = date(2030, 1, 1)
ANSWER: Sequence[object] = (
    *(list(range(10)), [bytes(16)] * 10, ASKED, ASKED, ["a.b"] * 10, ["1"] * 10, ["n"] * 10),
    *(100, "NATURAL_PERSON", True, ["ID_NUMBER"], ["household"], ["idNumber"]),
)
PAST: Mapping[tuple[str, str], Sequence[object]] = {("desk", "answer"): (*ANSWER, NOW, False, ["44"])}
HOT: Mapping[tuple[str, str], Sequence[object]] = {
    ("desk", "answer"): (*ANSWER, END_OF_TIME, True, None),
    ("desk", "version_known"): (bytes(16), None, 1, "NATURAL_PERSON"),
    ("desk", "sealed_numbers"): (ASKED,),
    ("identifiers", "identifiers_of"): (ASKED, ["ID_NUMBER"], NOW),
    ("as_of", "as_of"): (ASKED, TODAY, NOW),
    ("catalog", "followed"): (ASKED, NOW),
    ("catalog", "followed_since"): (ASKED[0], NOW),
    ("catalog", "scan"): (ASKED[0], 10, 2, ["household"]),
    ("catalog", "standing"): (ASKED,),
    ("as_of", "next_change"): (ASKED, TODAY, NOW),
    ("intake", "identified"): ([bytes(16)] * 10,),
    ("intake", "schemes_held"): (ASKED,),
    ("intake", "reassigned"): ([bytes(16)] * 10,),
    ("intake", "statements"): (ASKED, ["t"] * 10, ["1"] * 10, "r", "", ASKED[:2]),
    ("intake", "views"): (ASKED,),
    ("links", "kept_apart"): (ASKED,),
    ("splits", "split_off"): (ASKED, ""),
    ("splits", "said_elsewhere"): (ASKED, ["t"] * 10, ["1"] * 10, [bytes(16)] * 10, "r", ""),
    ("splits", "splits_of"): (ASKED, NOW),
    ("intake", "due_views"): (ASKED, TODAY),
    ("intake", "due_entities"): (TODAY, 10),
    ("feed", "changes_after"): (0, 0, ASKED[0], 1, 100),
    ("feed", "latest_changes"): (1,),
    ("feed", "held_back_since"): (),
    ("feed", "is_change"): (0, 0, ASKED[0], 1),
    ("feed", "versions"): (ASKED[0], 9, 10, NOW),
    ("feed", "versions_after"): (ASKED[0], 0, 10),
    ("feed", "versions_numbered"): (ASKED[0], [1, 2], NOW),
    ("feed", "turns"): (ASKED[0], ["t"], NOW),
    ("grants", "turn"): (),
    ("grants", "consented"): (ASKED, "a", ""),
}


async def fill(connection: Connection) -> None:
    await connection.execute(FILL)
    await connection.execute("analyze")


def scanned_whole(plan: Mapping[str, Any]) -> Iterator[str]:
    """The large tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in LARGE:
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from scanned_whole(part)


async def plan_of(connection: Connection, statement: str, *arguments: object) -> Mapping[str, Any]:
    text = await connection.fetchval(f"explain (format json) {statement}", *arguments)
    plan: Mapping[str, Any] = json.loads(text)[0]["Plan"]
    return plan


async def test_no_hot_query_reads_a_large_table_from_end_to_end(any_database: Database) -> None:
    async with any_database.connection() as connection:
        await fill(connection)
        for (file, name), arguments in chain(HOT.items(), PAST.items()):
            plan = await plan_of(connection, queries(file)[name], *arguments)
            assert list(scanned_whole(plan)) == [], name


async def test_no_hot_query_does_so_once_it_is_planned_for_any_arguments(any_database: Database) -> None:
    async with any_database.connection() as connection:
        await fill(connection)
        await connection.execute("set plan_cache_mode = force_generic_plan")
        for (file, name), arguments in HOT.items():
            await connection.execute(f"prepare {name} as {queries(file)[name]}")
            given = f"({', '.join(['null'] * len(arguments))})" if arguments else ""
            plan = await plan_of(connection, f"execute {name} {given}")
            assert list(scanned_whole(plan)) == [], name
