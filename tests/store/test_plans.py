"""The hot queries find what they need by index, also under the generic plan that a prepared statement ends with."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from uuid import UUID

from hub.sql import queries
from hub.store.pool import connect_directly
from hub.timeline import END_OF_TIME
from tests.store.large import plan_of, scanned_whole

ASKED = [UUID(int=n) for n in range(1, 11)]
NOW = datetime(2030, 1, 1, tzinfo=UTC)
TODAY = date(2030, 1, 1)
ANSWER: Sequence[object] = (
    *(list(range(10)), [bytes(16)] * 10, ASKED, ASKED, ["a.b"] * 10, ["1"] * 10, ["n"] * 10),
    *(100, "NATURAL_PERSON", True, ["ID_NUMBER"], ["household"], ["idNumber"]),
)
PAST: Mapping[tuple[str, str], Sequence[object]] = {("desk", "answer"): (*ANSWER, NOW, False, ["44"], 1)}
HOT: Mapping[tuple[str, str], Sequence[object]] = {
    ("desk", "answer"): (*ANSWER, END_OF_TIME, True, None, 1),
    ("desk", "version_known"): ([bytes(16)], None, 1, "NATURAL_PERSON", 1),
    ("desk", "sealed_numbers"): (ASKED,),
    ("identifiers", "identifiers_of"): (ASKED, ["ID_NUMBER"], NOW),
    ("as_of", "as_of"): (ASKED, TODAY, NOW),
    ("catalog", "followed"): (ASKED, NOW),
    ("catalog", "followed_since"): (ASKED[0], NOW),
    ("catalog", "scan"): (ASKED[0], 10, 2, ["household"]),
    ("catalog", "standing"): (ASKED,),
    ("as_of", "next_change"): (ASKED, TODAY, NOW),
    ("intake", "identified"): ([bytes(16)] * 10, 1),
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


async def test_no_hot_query_reads_a_large_table_from_end_to_end(large_url: str) -> None:
    async with connect_directly(large_url) as connection:
        for (file, name), arguments in chain(HOT.items(), PAST.items()):
            plan = await plan_of(connection, queries(file)[name], *arguments)
            assert list(scanned_whole(plan)) == [], name


async def test_no_hot_query_does_so_once_it_is_planned_for_any_arguments(large_url: str) -> None:
    async with connect_directly(large_url) as connection:
        await connection.execute("set plan_cache_mode = force_generic_plan")
        for (file, name), arguments in HOT.items():
            await connection.execute(f"prepare {name} as {queries(file)[name]}")
            given = f"({', '.join(['null'] * len(arguments))})" if arguments else ""
            plan = await plan_of(connection, f"execute {name} {given}")
            assert list(scanned_whole(plan)) == [], name
