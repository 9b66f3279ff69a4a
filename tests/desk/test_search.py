"""A search finds whoever is as it says, and nobody else, in pages that give each once."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.access import Role, Viewer
from hub.catalog import EntityKind, Model
from hub.desk import Desk
from hub.desk.search import NameMatch, Sought, search
from hub.errors import FieldNotGranted, InvalidArgument, SearchNotGranted, TooManyHits
from hub.identifiers.names import comparable
from hub.merge import Card
from hub.store.pool import Database
from hub.store.writing import write_cards
from hub.vault.cipher import Vault
from hub.vault.keys import new_keys
from tests.granted import grant, issue, revoke_all
from tests.logs import access_log
from tests.served import AGENCY

PERSON, LEGAL = EntityKind.NATURAL_PERSON, EntityKind.LEGAL_ENTITY
CHARACTERS = "王小明明·Ａa% _\\'基准"
BIRTH_DATES = [None, "1990", "1990-05", "1990-05-01", "1990-05-12", "1991-05-01"]
DIVISIONS = [None, "440106", "440106001", "440100", "440113", "110101"]
STATUSES = [None, "ALIVE", "DECEASED"]

names = st.text(CHARACTERS, max_size=5)
cards = st.lists(
    st.builds(
        lambda name, born, division, status: Card(name, comparable(name) or None, born, division, None, status),
        names,
        st.sampled_from(BIRTH_DATES),
        st.sampled_from(DIVISIONS),
        st.sampled_from(STATUSES),
    ),
    max_size=12,
)
soughts = st.builds(
    Sought,
    names.filter(lambda name: len(comparable(name)) > 1),
    st.sampled_from(NameMatch),
    st.sampled_from([None, *BIRTH_DATES]),
    st.sampled_from([None, "44", "4401", "440100", "440106", "天河区", "440106001"]),
    st.none(),
    st.sampled_from([None, "ALIVE", "死亡"]),
)


@pytest.fixture
def desk(any_database: Database, model: Model) -> Desk:
    return Desk(any_database, model, Vault(new_keys()), access_log(any_database))


async def put(desk: Desk, kind: EntityKind, held: Iterable[Card]) -> dict[UUID, Card]:
    """Leave these cards in the database and no others."""
    placed = {UUID(int=place): card for place, card in enumerate(held, start=1)}
    async with desk.database.transaction() as connection:
        await connection.execute("delete from card")
        if placed:
            await write_cards(connection, [(entity_id, kind, card) for entity_id, card in placed.items()])
    return placed


def named(*names: str) -> list[Card]:
    return [Card(name=name, name_key=comparable(name)) for name in names]


async def find(desk: Desk, sought: Sought, kind: EntityKind = PERSON, viewer: Viewer = AGENCY) -> list[int]:
    """The entities found, by their numbers."""
    hits = await search(desk, viewer, kind, sought, most=100, after=None, first=100)
    assert hits.total == len(hits.entity_ids)
    return [entity_id.int for entity_id in hits.entity_ids]


async def logged(desk: Desk) -> list[Any]:
    async with desk.database.connection() as connection:
        return await connection.fetch("select * from audit.access_log order by at, position")


def fits(card: Card, sought: Sought) -> bool:
    """The rule of a search, told plainly."""
    name, key = comparable(sought.name), card.name_key or ""
    lies = {NameMatch.EXACT: key == name, NameMatch.PREFIX: key.startswith(name), NameMatch.PART: name in key}
    area = {"天河区": "440106", "440100": "4401"}.get(sought.division or "", sought.division or "")
    status = {"死亡": "DECEASED"}.get(sought.status or "", sought.status)
    return (
        lies[sought.match]
        and (card.birth_date or "").startswith(sought.birth_date or "")
        and (card.division or "").startswith(area)
        and status in (None, card.status)
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=cards, sought=soughts)
async def test_a_search_finds_what_a_look_at_every_card_finds(desk: Desk, held: list[Card], sought: Sought) -> None:
    placed = await put(desk, PERSON, held)
    assert await find(desk, sought) == [entity_id.int for entity_id, card in placed.items() if fits(card, sought)]


async def test_a_name_is_found_however_it_is_written(desk: Desk) -> None:
    await put(desk, PERSON, named("古丽·阿依努尔", "Maria da Silva", "ＷＡＮＧ 小明", "欧阳小明"))
    assert await find(desk, Sought("古丽•阿依努尔")) == [1]
    assert await find(desk, Sought("古丽 阿依", NameMatch.PREFIX)) == [1]
    assert await find(desk, Sought("丽阿", NameMatch.PART)) == [1]
    assert await find(desk, Sought("ＤＡ silva", NameMatch.PART)) == [2]
    assert await find(desk, Sought("小明", NameMatch.PART)) == [3, 4]
    assert await find(desk, Sought("小明", NameMatch.PREFIX)) == []


async def test_a_character_that_means_something_elsewhere_means_itself(desk: Desk) -> None:
    characters = ["%", "_", "\\", "'", '"', "*", "&", "|", "{", "$1", "--", "😀"]
    await put(desk, LEGAL, named(*(f"王{character}明" for character in characters), "王小明", "王明"))
    for place, character in enumerate(characters, start=1):
        for match in NameMatch:
            assert await find(desk, Sought(f"王{character}明", match), LEGAL) == [place]
        assert place in await find(desk, Sought(f"王{character}", NameMatch.PREFIX), LEGAL)


async def test_kinds_and_codes_are_told_apart_by_code_or_name(desk: Desk) -> None:
    held = [
        Card(name="基准", name_key="基准", category=category, status=status, division="440106")
        for category, status in (("ENTERPRISE", "ACTIVE"), ("SOCIAL_GROUP", "CANCELLED"))
    ]
    await put(desk, LEGAL, held)
    assert await find(desk, Sought("基准", category="企业"), LEGAL) == [1]
    assert await find(desk, Sought("基准", status="注销", division="天河区"), LEGAL) == [2]
    assert await find(desk, Sought("基准"), PERSON) == []


async def test_pages_give_each_once_while_others_are_added(desk: Desk) -> None:
    await put(desk, PERSON, named(*["王小明"] * 10))
    numbers = count(1_000)
    seen: list[int] = []
    after = None
    for _ in range(20):
        hits = await search(desk, AGENCY, PERSON, Sought("王小明"), most=100, after=after, first=3)
        assert hits.has_previous is (after is not None)
        seen += [entity_id.int for entity_id in hits.entity_ids]
        async with desk.database.transaction() as connection:
            later = UUID(int=next(numbers))
            await write_cards(
                connection, [(later, PERSON, named("王小明")[0])] if len(seen) < 10 else [(later, LEGAL, Card())]
            )
        if not hits.has_next:
            break
        after = hits.cursors[-1]
    assert seen == [*range(1, 11), *range(1_000, 1_003)]


async def test_many_read_pages_while_writers_add(desk: Desk) -> None:
    await put(desk, PERSON, named(*["王小明"] * 30))

    async def pages() -> list[int]:
        seen: list[int] = []
        after: str | None = None
        while True:
            hits = await search(desk, AGENCY, PERSON, Sought("小明", NameMatch.PART), most=200, after=after, first=4)
            seen += [entity_id.int for entity_id in hits.entity_ids]
            if not hits.has_next:
                return seen
            after = hits.cursors[-1]

    async def add(place: int) -> None:
        async with desk.database.transaction() as connection:
            await write_cards(connection, [(UUID(int=place), PERSON, named("李小明")[0])])

    *read, _ = await asyncio.gather(*(pages() for _ in range(4)), *(add(1_000 + place) for place in range(40)))
    for seen in read[:4]:
        assert sorted(set(seen)) == seen  # type: ignore[arg-type]
        assert seen[:30] == list(range(1, 31))


async def test_past_the_ceiling_nobody_is_shown_and_the_number_is_not_told(desk: Desk) -> None:
    await put(desk, PERSON, named(*["王小明"] * 4))
    shown = await search(desk, AGENCY, PERSON, Sought("王小明"), most=4, after=None, first=2)
    assert (shown.total, len(shown.entity_ids), shown.has_next) == (4, 2, True)
    for after in (None, shown.cursors[-1]):
        with pytest.raises(TooManyHits, match="More than 3 "):
            await search(desk, AGENCY, PERSON, Sought("王小明"), most=3, after=after, first=2)
    assert [entry["entity_ids"] for entry in await logged(desk)] == [[UUID(int=1), UUID(int=2)], [], []]


async def test_what_is_no_search_for_somebody_is_refused_without_repeating_it(desk: Desk) -> None:
    for sought in (
        Sought("王"),
        Sought("王 ·"),
        Sought(""),
        Sought("王" * 201),
        Sought("王小明", birth_date="1990-5"),
        Sought("王小明", birth_date="19900501"),
        Sought("王小明", division="nowhere"),
        Sought("王小明", division="00"),
        Sought("王小明", division="4401060"),
        Sought("王小明", status="nowhere"),
    ):
        with pytest.raises(InvalidArgument) as refused:
            await find(desk, sought)
        assert "王" not in refused.value.message
        assert "nowhere" not in refused.value.message


async def test_who_has_no_grant_to_search_is_told_so_and_logged(desk: Desk) -> None:
    await put(desk, PERSON, named("王小明"))
    viewers = [replace(AGENCY, roles=frozenset({role})) for role in Role if role is not Role.QUERY_OFFICER]
    for viewer in viewers:
        with pytest.raises(SearchNotGranted):
            await find(desk, Sought("王小明"), viewer=viewer)
    assert [(entry["operation"], entry["roles"], entry["entity_ids"]) for entry in await logged(desk)] == [
        ("search", sorted(viewer.roles), []) for viewer in viewers
    ]


async def test_nobody_searches_by_what_is_not_granted(desk: Desk) -> None:
    placed = [Card("王小明", "王小明", "1990-05-01", "440106", None, "ALIVE")]
    await put(desk, PERSON, placed)
    await revoke_all(desk.database)
    await issue(desk.database, grant(PERSON, ["birthDate"], agency="blind"), grant(PERSON, ["name"], agency="named"))
    blind, named = (Viewer(agency, "o", frozenset({Role.QUERY_OFFICER})) for agency in ("blind", "named"))
    with pytest.raises(FieldNotGranted, match=r"NaturalPerson\.name"):
        await find(desk, Sought("王小明"), viewer=blind)
    assert await find(desk, Sought("王小明"), viewer=named) == [1]
    for more in (Sought("", birth_date="1990"), Sought("", division="44"), Sought("", status="ALIVE")):
        with pytest.raises(FieldNotGranted):
            await find(desk, replace(more, name="王小明"), viewer=named)
    assert [entry["entity_ids"] for entry in await logged(desk)] == [[], [UUID(int=1)], [], [], []]


async def test_the_log_names_what_was_searched_by_and_never_for_what(desk: Desk) -> None:
    await put(desk, PERSON, named("王小明"))
    await find(desk, Sought("王小明", birth_date="1990", division="4401"))
    (entry,) = await logged(desk)
    assert entry["items"] == [
        "birthDate",
        "household.townOrSubdistrict",
        "name",
        "residencePermits.neighborhoodCommittee",
    ]
    assert not [text for text in map(str, entry.values()) if "王" in text or "1990" in text or "4401" in text]
