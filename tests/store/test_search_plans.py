"""A search is answered by the indexes of names, whether the name is whole, begun or a part."""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.identifiers.names import LAST
from hub.store.pool import connect_directly
from hub.store.search import PAGE
from tests.store.large import plan_of, scanned_whole

NAMES: Mapping[str, tuple[str | None, str | None, str | None]] = {
    "whole": ("一亄侨", "一亄侨", None),
    "begun": ("一亄", "一亄" + LAST, None),
    "a part": (None, None, "亄侨"),
}
"""How a name may be asked for: from, to, part."""
INDEXES = {"whole": "card_name", "begun": "card_name", "a part": "card_part_of_name"}


def arguments(name: str) -> tuple[object, ...]:
    return ("NATURAL_PERSON", *NAMES[name], *(["1990", "1991"] + [None] * 4), 200, None, 20, [""])


def indexes(plan: Mapping[str, Any]) -> Iterator[str]:
    """The indexes that a plan reads."""
    if name := plan.get("Index Name"):
        yield name
    for part in plan.get("Plans", ()):
        yield from indexes(part)


async def test_a_search_reads_the_indexes_that_are_made_for_it_and_no_card_besides(large_url: str) -> None:
    async with connect_directly(large_url) as connection:
        for name, index in INDEXES.items():
            plan = await plan_of(connection, PAGE, *arguments(name))
            assert (list(scanned_whole(plan)), set(indexes(plan))) == ([], {index}), name
        await connection.execute("set plan_cache_mode = force_generic_plan")
        await connection.execute(f"prepare page as {PAGE}")
        plan = await plan_of(connection, f"execute page ({', '.join(['null'] * len(arguments('whole')))})")
    assert (list(scanned_whole(plan)), set(indexes(plan))) == ([], set(INDEXES.values()))
