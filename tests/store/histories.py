"""Random histories of a few records, written as rows, and what as-of must give, told naively.

Rows may be what no delivery leaves, as links that are undone; what deliveries leave is told in tests/asof.
Takes nothing from the rule it checks: no SQL, no timeline, no merge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from hub.store.pool import Connection

DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(4)]
INSTANTS = [datetime(2024, 6, 1, tzinfo=UTC) + timedelta(microseconds=n) for n in range(5)]
ENTITIES = [UUID(int=n) for n in range(1, 4)]
RECORDS = [
    (register, record_type, unit, key)
    for register, record_type in (("police", "household"), ("court", "verdicts"))
    for unit in ("east", "west")
    for key in ("", "k")
]
RecordName = tuple[str, str, str, str]


@dataclass(frozen=True)
class State:
    """One row of ``state``."""

    entity_id: UUID
    state_id: UUID
    record: RecordName
    valid_from: date
    valid_to: date | None
    stated_at: datetime
    recorded_at: datetime
    superseded_at: datetime | None
    content: int


@dataclass(frozen=True)
class Link:
    """One row of ``link``."""

    entity_id: UUID
    into_id: UUID
    linked_at: datetime
    unlinked_at: datetime | None


@dataclass(frozen=True)
class History:
    """All that is stored."""

    states: Sequence[State]
    links: Sequence[Link]


def naive_as_of(history: History, entity_id: UUID, valid_on: date, known_at: datetime) -> set[UUID]:
    """The states in force, told step by step: whose, known then, begun by then, the last of each record, not ended."""
    members = {entity_id} | {
        link.entity_id
        for link in history.links
        if link.into_id == entity_id and _during(link.linked_at, link.unlinked_at, known_at)
    }
    known = [
        state
        for state in history.states
        if state.entity_id in members
        and _during(state.recorded_at, state.superseded_at, known_at)
        and state.valid_from <= valid_on
    ]
    in_force = set()
    for record in {state.record for state in known}:
        last = _opening([state for state in known if state.record == record])
        if last.valid_to is None or valid_on < last.valid_to:
            in_force.add(last.state_id)
    return in_force


def _during(begin: datetime, end: datetime | None, instant: datetime) -> bool:
    return begin <= instant and (end is None or instant < end)


def _opening(said: list[State]) -> State:
    """The last word on a record; where it only repeats what was said right before, the first of those that do."""
    ordered = sorted(said, key=lambda state: (state.valid_from, state.stated_at, state.content, state.state_id))
    place = len(ordered) - 1
    while place and ordered[place - 1].content == ordered[place].content:
        place -= 1
    return ordered[place]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A few records of three entities, of which some are linked into others, for a while or for good."""
    drawn = draw(st.lists(_states(), max_size=14))
    states = [replace(one, state_id=UUID(int=1_000 + n)) for n, one in enumerate(drawn)]
    links = {(one.entity_id, one.linked_at): one for one in draw(st.lists(_links(), max_size=3))}
    open_ended = {one.entity_id: one for one in links.values() if one.unlinked_at is None}
    return History(states, [one for one in links.values() if one.unlinked_at or open_ended[one.entity_id] is one])


@st.composite
def _states(draw: st.DrawFn) -> State:
    recorded, superseded = _period(draw)
    valid_from, content = draw(st.sampled_from(DAYS)), draw(st.integers(0, 2))
    length = draw(st.sampled_from([None, None, 0, 1, 2]))
    valid_to = None if length is None else valid_from + timedelta(days=length)
    stated_at = draw(st.sampled_from(INSTANTS))
    entity, record = draw(st.sampled_from(ENTITIES)), draw(st.sampled_from(RECORDS[:5]))
    return State(entity, entity, record, valid_from, valid_to, stated_at, recorded, superseded, content)


@st.composite
def _links(draw: st.DrawFn) -> Link:
    absorbed, into = draw(st.sampled_from([(a, b) for a in ENTITIES for b in ENTITIES if a != b]))
    return Link(absorbed, into, *_period(draw))


def _period(draw: st.DrawFn) -> tuple[datetime, datetime | None]:
    begin = draw(st.integers(0, len(INSTANTS) - 1))
    end = draw(st.none() | st.integers(begin, len(INSTANTS) - 1))
    return INSTANTS[begin], None if end is None else INSTANTS[end]


async def store(connection: Connection, history: History) -> None:
    """Write a history as it is, in place of any before it."""
    await connection.execute("truncate state, link")
    await connection.executemany(
        "insert into state (entity_id, state_id, register, record_type, source_unit, record_key, operation, "
        "valid_from, valid_to, stated_at, recorded_at, superseded_at, digest, payload, submission_id) "
        "values ($1, $2, $3, $4, $5, $6, 'STATE', $7, $8, $9, $10, $11, $12, '{}', $1)",
        [
            (
                *(one.entity_id, one.state_id, *one.record, one.valid_from, one.valid_to, one.stated_at),
                *(one.recorded_at, one.superseded_at, bytes([one.content])),
            )
            for one in history.states
        ],
    )
    await connection.executemany(
        "insert into link (entity_id, into_id, through_id, linked_at, unlinked_at, reason, submission_id) "
        "values ($1, $2, $2, $3, $4, '', $1)",
        [(one.entity_id, one.into_id, one.linked_at, one.unlinked_at) for one in history.links],
    )
