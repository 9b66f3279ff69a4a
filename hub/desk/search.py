"""Find entities by what is known of them where nobody has a key (GZ-Rules Art. 18, 26).

Takes a name and what else is known; gives a page of entities' ids, after it is logged. Asks for nothing but items that
the viewer is given, never shows more than the ceiling in all its pages, and never says how many there are beyond it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from hub import telemetry
from hub.access import Viewer, decide, refusal
from hub.catalog import CardColumn, CodeList, EntityKind, Model, SharingMode
from hub.desk.cursors import HITS, id_at, id_cursor
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import InvalidArgument, SearchNotGranted, TooManyHits
from hub.identifiers.names import LAST, comparable
from hub.store import search as store
from hub.store.search import Criteria

FEWEST_CHARACTERS, MOST_CHARACTERS = 2, 200
"""Of a name: everybody of one surname is no search."""
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_DIVISION = re.compile(r"(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d{3})(\d{3})?)?)?)?", re.ASCII)


class NameMatch(StrEnum):
    """How a name that is asked for lies in the name of an entity."""

    EXACT = "EXACT"
    PREFIX = "PREFIX"
    PART = "PART"


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of an entity; None where nothing is."""

    name: str
    match: NameMatch = NameMatch.EXACT
    birth_date: str | None = None
    division: str | None = None
    category: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found after ``after``, by id, each with its cursor; ``total`` are on all pages together."""

    entity_ids: tuple[UUID, ...]
    cursors: tuple[str, ...]
    after: str | None
    total: int
    has_next: bool
    has_previous: bool


async def search(
    desk: Desk, viewer: Viewer, kind: EntityKind, sought: Sought, *, most: int, after: str | None, first: int
) -> Hits:
    """The first entities of ``kind`` after ``after`` that are as they are ``sought``; raises where over ``most`` are.

    What the viewer may not search by is logged as a search that found nobody, and raises.
    """
    listed = f"{HITS} {kind}"
    place = None if after is None else id_at(desk.vault, listed, after)
    criteria = _criteria(desk.model, kind, sought)
    with telemetry.span("desk.search"):
        async with desk.database.connection() as connection:
            access = await desk.access(connection, viewer)
            granted = access.may(kind, SharingMode.SEARCH)
            items = _items(desk.model, kind, sought)
            decision = decide(access, kind, items, SharingMode.SEARCH)
            areas = decision.everywhere(items)
            if not areas:
                criteria = Criteria()
            found = await store.page(connection, kind, criteria, most, place, first, areas)
        await desk.log.keep(entry_of(viewer, "search", decision, access.at, found["entity_ids"]))
    if not granted:
        raise SearchNotGranted(kind=kind.type_name)
    if not areas:
        raise refusal(access, kind, min(decision.denied or decision.perhaps or items), SharingMode.SEARCH)
    if found["total"] > most:
        raise TooManyHits(limit=most)
    shown = tuple(found["entity_ids"])
    cursors = tuple(id_cursor(desk.vault, listed, entity_id) for entity_id in shown)
    has_next = found["passed"] + len(shown) < found["total"]
    return Hits(shown, cursors, after, found["total"], has_next, found["passed"] > 0)


def _items(model: Model, kind: EntityKind, sought: Sought) -> frozenset[str]:
    """The items that a search asks by: all that fill a column it looks at, for any of them may be what is found."""
    columns = {
        CardColumn.NAME: sought.name,
        CardColumn.BIRTH_DATE: sought.birth_date,
        CardColumn.DIVISION: sought.division,
        CardColumn.CATEGORY: sought.category,
        CardColumn.STATUS: sought.status,
    }
    paths = (path for column, asked in columns.items() if asked is not None for path in model.cards[kind][column])
    return frozenset(model.leaf(kind, path) or path for path in paths)


def _criteria(model: Model, kind: EntityKind, sought: Sought) -> Criteria:
    """What is sought as the cards have it; raises ``InvalidArgument`` for what no card could have."""
    name = comparable(sought.name[: MOST_CHARACTERS + 1])
    if not FEWEST_CHARACTERS <= len(name) <= MOST_CHARACTERS:
        raise InvalidArgument(
            name="name", problem=f"it needs {FEWEST_CHARACTERS} to {MOST_CHARACTERS} characters, blanks and dots apart"
        )
    part = sought.match is NameMatch.PART
    division = _code(model, kind, CardColumn.DIVISION, sought.division)
    born_from, born_to = _period(sought.birth_date)
    division_from, division_to = _area(division)
    return Criteria(
        name_from=None if part else name,
        name_to=None if part else name + (LAST if sought.match is NameMatch.PREFIX else ""),
        part=name if part else None,
        born_from=born_from,
        born_to=born_to,
        division_from=division_from,
        division_to=division_to,
        category=_code(model, kind, CardColumn.CATEGORY, sought.category),
        status=_code(model, kind, CardColumn.STATUS, sought.status),
    )


def _period(date: str | None) -> tuple[str | None, str | None]:
    """The dates of a day, month or year, from the first to the last; a date known less precisely is not among them."""
    if date is None:
        return None, None
    if not _DATE.fullmatch(date):
        raise InvalidArgument(name="birthDate", problem="write it as yyyy, yyyy-MM or yyyy-MM-dd")
    return date, date + LAST


def _area(division: str | None) -> tuple[str | None, str | None]:
    """The codes of a division and of all divisions in it, from the first to the last."""
    if division is None:
        return None, None
    found = _DIVISION.fullmatch(division)
    levels = [level for level in found.groups() if level] if found else []
    while levels and not int(levels[-1]):
        levels.pop()
    if not levels:
        raise InvalidArgument(name="division", problem="write a code of GB/T 2260, its first digits, or a name in it")
    area = "".join(levels)
    return area, area + LAST


def _code(model: Model, kind: EntityKind, column: CardColumn, text: str | None) -> str | None:
    """The code that ``text`` is or names in one of the lists of a column; as it stands where one of them is open."""
    if text is None:
        return None
    if not text.isprintable():
        raise InvalidArgument(name=_argument(column), problem="it holds characters that no text has")
    lists = list(_code_lists(model, kind, column))
    code = next((code for codes in lists if (code := codes.code_of(text))), None)
    if code is None and not any(codes.open for codes in lists):
        problem = f"it is no code of {', '.join(codes.name for codes in lists)}"
        raise InvalidArgument(name=_argument(column), problem=problem)
    return code or text


def _argument(column: CardColumn) -> str:
    """What callers call a column."""
    return "kind" if column is CardColumn.CATEGORY else column


def _code_lists(model: Model, kind: EntityKind, column: CardColumn) -> Iterator[CodeList]:
    """The lists that the codes in a column of the card are of."""
    names: dict[str, None] = {}
    for path in model.cards[kind].get(column, ()):
        record, _, item = path.partition(".")
        held = model.records[record].items[item.partition(".")[0]] if item else model.merged[kind][record]
        if held.codes:
            names[held.codes] = None
    return (model.code_lists[name] for name in names)
