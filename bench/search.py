"""Measure ways to find an entity by part of its name: `python -m bench.search` prints what each takes and answers.

Fills the cards of a new database with the names of people and organisations who do not exist, asks the hub's own
search, and then builds one index at a time and asks each the same questions.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Annotated, NamedTuple
from uuid import UUID, uuid4

import typer

from adapters.sample import names
from bench import report
from hub.access import ANYWHERE
from hub.catalog import EntityKind
from hub.settings import Settings
from hub.store import search
from hub.store.migrate import migrate
from hub.store.pool import Connection, connect_database

ROUNDS = 5
MOST = 200
HITS = "select entity_id from card where kind = $1 and {} limit 201"
"""One more than a search may find: then it says that there are too many."""


class Way(NamedTuple):
    """A way to find a name: what is built for it, and how it is asked."""

    build: Sequence[str]
    ask: str


class Question(NamedTuple):
    """A name or part of one that is searched for."""

    kind: EntityKind
    part: str
    rarity: str


WAYS: Mapping[str, Way] = {
    "nothing, `like`": Way((), HITS.format("name_key like '%' || $2 || '%'")),
    "btree in the order of characters, whole names": Way(
        ("create index measured on card (kind, name_key)",), HITS.format("name_key >= $2 and name_key <= $2")
    ),
    "the same, begun names": Way(
        ("create index measured on card (kind, name_key)",),
        HITS.format("name_key >= $2 and name_key <= $2 || chr(1114111)"),
    ),
    "GIN of pairs, `text[]`": Way(
        ("create index measured on card using gin (bigrams(name_key))",),
        HITS.format("bigrams(name_key) @> bigrams($2) and position($2 in name_key) > 0"),
    ),
    "GIN of pairs, `tsvector`": Way(
        ("create index measured on card using gin (array_to_tsvector(bigrams(name_key)))",),
        HITS.format(
            "array_to_tsvector(bigrams(name_key)) @@ (select string_agg(quote_literal(pair), ' & ')::tsquery "
            "from unnest(bigrams($2)) as pair) and position($2 in name_key) > 0"
        ),
    ),
    "GIN of one, two and three characters, `text[]`": Way(
        (
            """create function grams(name text) returns text[] immutable strict parallel safe language sql
            return (select array_agg(distinct substr(name, place, size))
                    from generate_series(1, length(name)) as place cross join generate_series(1, 3) as size
                    where place + size - 1 <= length(name))""",
            "create index measured on card using gin (grams(name_key))",
        ),
        HITS.format("grams(name_key) @> grams($2) and position($2 in name_key) > 0"),
    ),
    "btree of every ending, in a table of its own": Way(
        (
            """create table ending as
            select entity_id, kind, substr(name_key, place) collate "C" as ending
            from card cross join lateral generate_series(1, length(name_key)) as place""",
            "create index measured on ending (kind, ending) include (entity_id)",
            "vacuum analyze ending",
        ),
        """select distinct entity_id from (
            select entity_id from ending where kind = $1 and ending >= $2 and ending <= $2 || chr(1114111) limit 800
        ) as found limit 201""",
    ),
}
Ask = Callable[[Connection, Question], Awaitable[int]]
PERSON, LEGAL = EntityKind.NATURAL_PERSON, EntityKind.LEGAL_ENTITY
QUESTIONS = (
    Question(PERSON, "陈", "common"),
    Question(PERSON, "诸", "rare"),
    Question(PERSON, "陈伟", "common"),
    Question(PERSON, "卓然", ""),
    Question(PERSON, "诸葛", "rare"),
    Question(PERSON, "欧阳伟", ""),
    Question(PERSON, "诸葛卓然", "rare"),
    Question(LEGAL, "公司", "nearly all"),
    Question(LEGAL, "粤海", ""),
    Question(LEGAL, "科技有限公司", "common"),
    Question(LEGAL, "珠云鼎科技", "rare"),
    Question(LEGAL, "无此名称", "none"),
)


def main(
    cards: Annotated[int, typer.Option(min=1_000, help="How many cards, one in ten of a legal entity.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="The same seed draws the same names.")] = 1,
) -> None:
    """Measure ways to find an entity by part of its name."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as directory:
        Path(directory).chmod(0o755)
        settings = Settings(data_dir=directory, statement_timeout=600)
        asyncio.run(_measure(settings, cards, Random(seed)))  # noqa: S311 - a draw to be drawn again


async def _measure(settings: Settings, cards: int, random: Random) -> None:
    async with connect_database(settings) as database:
        await migrate(database.direct_url)
        async with database.connection() as connection:
            await connection.copy_records_to_table(
                "card", records=_cards(cards, random), columns=["entity_id", "kind", "name", "name_key"]
            )
            await connection.execute("vacuum analyze card")
            typer.echo(report.machine(str(await connection.fetchval("show server_version"))) + "\n")
            _tell("way", "index", "built in", *(f"{one.part} {one.rarity}".strip() for one in QUESTIONS))
            _tell(*["---"] * (len(QUESTIONS) + 3))
            await connection.execute("set plan_cache_mode = force_generic_plan")
            await _try(connection, "the hub's search: a page of 20", ["reindex table card"], _search)
            await connection.execute("drop index card_name; drop index card_part_of_name")
            for title, way in WAYS.items():
                await _try(connection, title, way.build, _asking(way.ask))


def _cards(cards: int, random: Random) -> Iterator[tuple[UUID, str, str, str]]:
    """Cards of people, and one in ten of a legal entity."""
    for place in range(cards):
        if place % 10:
            name = names.surname(random) + names.given_name(random, male=place % 2 == 0)
        else:
            name = random.choice([names.company(random), names.shop(random, "天河区")])
        yield uuid4(), PERSON if place % 10 else LEGAL, name, name


async def _try(connection: Connection, title: str, build: Sequence[str], ask: Ask) -> None:
    """Build what a way needs, put every question to it, and take it away again."""
    began = time.perf_counter()
    for statement in build:
        await connection.execute(statement)
    built = time.perf_counter() - began
    await connection.execute("analyze card")
    size = await connection.fetchval(
        """select coalesce(sum(pg_relation_size(oid)), 0) from pg_class
        where relname in ('measured', 'ending', 'card_name', 'card_part_of_name')"""
    )
    cells = [await _timed(connection, ask, question) for question in QUESTIONS]
    _tell(title, f"{size / report.MEBIBYTE:,.0f} MiB", f"{built:,.0f} s", *cells)
    await connection.execute("drop index if exists measured; drop table if exists ending")


async def _timed(connection: Connection, ask: Ask, question: Question) -> str:
    """The median time of an answer, and how many were found."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = await ask(connection, question)
        took.append(time.perf_counter() - began)
    return f"{median(took) * 1000:,.1f} ms ({found})"


def _asking(sql: str) -> Ask:
    async def ask(connection: Connection, question: Question) -> int:
        return len(await connection.fetch(sql, question.kind, question.part))

    return ask


async def _search(connection: Connection, question: Question) -> int:
    """What the hub does for a part of a name."""
    found = await search.page(connection, question.kind, search.Criteria(part=question.part), MOST, None, 20, ANYWHERE)
    total: int = found["total"]
    return total


def _tell(*cells: str) -> None:
    typer.echo("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    typer.run(main)
