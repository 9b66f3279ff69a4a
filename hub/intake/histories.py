"""What a chunk adds to the histories of records, and which rows that takes.

Pure: takes the statements stored so far and the checked lines, gives outcomes and rows to write.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from hub.identifiers.entity_id import new_id
from hub.intake.check import Checked
from hub.intake.delivery import Operation
from hub.store.writing import StateRow
from hub.timeline import ENDS, Outcome, Statement, standing, verdict


class RecordId(NamedTuple):
    """What names a record: the entity that stands for all its members, and whose record it is."""

    entity_id: UUID
    register: str
    source_unit: str
    record_type: str
    record_key: str


@dataclass
class Writes:
    """The rows to store, the states whose standing ends and the states that stand after all, with their instants.

    ``touched`` are the entities of whose records something else stands now; what never stood touches nothing.
    """

    rows: list[StateRow] = field(default_factory=list)
    ended: list[tuple[UUID, UUID, datetime]] = field(default_factory=list)
    again: list[tuple[UUID, UUID, UUID, datetime]] = field(default_factory=list)
    touched: set[UUID] = field(default_factory=set)


@dataclass
class Histories:
    """The histories of the records that a chunk speaks of, growing line by line.

    One history holds what was said of all entities that are one now; each statement stays with its own member. What
    was said of who bore a number is not said once more of who bears it now.
    """

    submission_id: UUID
    _statements: dict[RecordId, list[Statement]] = field(default_factory=dict)
    _elsewhere: dict[RecordId, list[Statement]] = field(default_factory=dict)
    _members: dict[UUID, UUID] = field(default_factory=dict)
    _payloads: dict[UUID, str] = field(default_factory=dict)

    def remember(self, record_id: RecordId, member_id: UUID, statement: Statement) -> None:
        """Add a statement that is stored already."""
        self._statements.setdefault(record_id, []).append(statement)
        self._members[statement.state_id] = member_id

    def remember_elsewhere(self, record_id: RecordId, statement: Statement) -> None:
        """Note a statement that is stored of who bore a number of the record's entity before."""
        self._elsewhere.setdefault(record_id, []).append(statement)

    def hear(self, record_id: RecordId, member_id: UUID, line: Checked, payload: str, at: datetime) -> Outcome | None:
        """Add what ``line`` says of its record; None if its delivery says two things of one record and day."""
        history, elsewhere = self._statements.setdefault(record_id, []), self._elsewhere.get(record_id, [])
        statement = Statement(
            valid_from=line.valid_from,
            stated_at=line.stated_at,
            operation=line.line.operation,
            digest=line.digest,
            submission_id=self.submission_id,
            state_id=new_id(at),
        )
        if line.line.stated_at is None and any(_repeats_the_key(known, statement) for known in history + elsewhere):
            return None
        if any(known.says_the_same_as(statement) for known in elsewhere):
            return Outcome.UNCHANGED
        outcome = verdict(history, statement)
        if not any(known.says_the_same_as(statement) for known in history):
            self.remember(record_id, member_id, statement)
            self._payloads[statement.state_id] = payload
        return outcome

    def statements(self, record_id: RecordId) -> Sequence[Statement]:
        """All that was said of a record."""
        return self._statements.get(record_id, ())

    def conclude(self, record_id: RecordId, said: Iterable[Statement]) -> None:
        """Add what no line says of a record that is known: it is said of the member of which the last was said."""
        history = self._statements.get(record_id, [])
        for statement in said:
            if not any(known.says_the_same_as(statement) for known in history):
                last = max(history, key=lambda known: known.valid_from)
                self.remember(record_id, self._members[last.state_id], statement)
                self._payloads[statement.state_id] = "{}"

    def writes(self, known_at: Mapping[UUID, datetime]) -> Writes:
        """What storing the histories takes; ``known_at`` gives each entity's known time."""
        writes = Writes()
        for record_id, history in self._statements.items():
            self._add(writes, record_id, history, known_at[record_id.entity_id])
        return writes

    def _add(self, writes: Writes, record_id: RecordId, history: Iterable[Statement], at: datetime) -> None:
        stands = {statement.state_id for statement in standing(history)}
        for statement in history:
            state_id, member_id = statement.state_id, self._members[statement.state_id]
            if state_id in self._payloads:
                superseded_at = None if state_id in stands else at
                payload = self._payloads[state_id]
                writes.rows.append(_row(record_id, member_id, statement, payload, at, superseded_at))
            elif statement.current and state_id not in stands:
                writes.ended.append((member_id, state_id, at))
            elif state_id in stands and not statement.current:
                writes.again.append((member_id, state_id, new_id(at), at))
        if stands != {statement.state_id for statement in history if statement.current}:
            writes.touched.add(record_id.entity_id)


def _repeats_the_key(known: Statement, new: Statement) -> bool:
    """Whether both are lines of one delivery about one record and day, and neither says which came later."""
    return (
        known.submission_id == new.submission_id
        and known.valid_from == new.valid_from
        and known.stated_at != new.stated_at
        and known.operation == new.operation == Operation.STATE
    )


def _row(
    record_id: RecordId,
    member_id: UUID,
    statement: Statement,
    payload: str,
    recorded_at: datetime,
    superseded_at: datetime | None,
) -> StateRow:
    ended_on: date | None = statement.valid_from if statement.operation in ENDS else None
    return StateRow(
        entity_id=member_id,
        state_id=statement.state_id,
        record_type=record_id.record_type,
        record_key=record_id.record_key,
        operation=statement.operation,
        valid_from=statement.valid_from,
        valid_to=ended_on,
        stated_at=statement.stated_at,
        recorded_at=recorded_at,
        superseded_at=superseded_at,
        digest=statement.digest,
        payload=payload,
    )
