"""What a chunk adds to the histories of records, and which rows that takes.

Pure: takes the statements stored so far and the checked lines, gives outcomes and rows to write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from hub.identifiers.entity_id import new_id
from hub.intake.check import Checked
from hub.intake.delivery import Operation
from hub.store.writing import StateRow
from hub.timeline import Outcome, Statement, standing, verdict

RecordId = tuple[UUID, str, str]
"""The member entity, the record type and the record key."""


@dataclass
class Writes:
    """The rows to store, the states whose standing ends and the states that stand after all, with their instants."""

    rows: list[StateRow] = field(default_factory=list)
    ended: list[tuple[UUID, UUID, datetime]] = field(default_factory=list)
    again: list[tuple[UUID, UUID, UUID, datetime]] = field(default_factory=list)

    @property
    def touched(self) -> set[UUID]:
        """The members of whose records something else stands now; a statement that never stood touches nothing."""
        stood = {row.entity_id for row in self.rows if row.superseded_at is None}
        return stood | {entity_id for entity_id, *_ in self.ended} | {entity_id for entity_id, *_ in self.again}


@dataclass
class Histories:
    """The histories of the records that a chunk speaks of, growing line by line."""

    submission_id: UUID
    statements: dict[RecordId, list[Statement]]
    _payloads: dict[UUID, str] = field(default_factory=dict)

    def hear(self, record_id: RecordId, line: Checked, payload: str, at: datetime) -> Outcome | None:
        """Add what ``line`` says of its record; None if its delivery says two things of one record and day."""
        history = self.statements.setdefault(record_id, [])
        statement = Statement(
            valid_from=line.valid_from,
            stated_at=line.stated_at,
            operation=line.line.operation,
            digest=line.digest,
            submission_id=self.submission_id,
            state_id=new_id(at),
        )
        if line.line.stated_at is None and any(_repeats_the_key(known, statement) for known in history):
            return None
        outcome = verdict(history, statement)
        if not any(known.says_the_same_as(statement) for known in history):
            history.append(statement)
            self._payloads[statement.state_id] = payload
        return outcome

    def writes(self, known_at: Mapping[UUID, datetime]) -> Writes:
        """What storing the histories takes; ``known_at`` gives each member's known time."""
        writes = Writes()
        for record_id, history in self.statements.items():
            self._add(writes, record_id, history, known_at[record_id[0]])
        return writes

    def _add(self, writes: Writes, record_id: RecordId, history: Iterable[Statement], at: datetime) -> None:
        entity_id = record_id[0]
        stands = {statement.state_id for statement in standing(history)}
        for statement in history:
            stood, fresh = statement.current, statement.state_id in self._payloads
            if fresh:
                superseded_at = None if statement.state_id in stands else at
                writes.rows.append(_row(record_id, statement, self._payloads[statement.state_id], at, superseded_at))
            elif stood and statement.state_id not in stands:
                writes.ended.append((entity_id, statement.state_id, at))
            elif statement.state_id in stands and not stood:
                writes.again.append((entity_id, statement.state_id, new_id(at), at))


def _repeats_the_key(known: Statement, new: Statement) -> bool:
    """Whether both are lines of one delivery about one record and day, and neither says which came later."""
    return (
        known.submission_id == new.submission_id
        and known.valid_from == new.valid_from
        and known.stated_at != new.stated_at
        and known.operation == new.operation == Operation.STATE
    )


def _row(
    record_id: RecordId, statement: Statement, payload: str, recorded_at: datetime, superseded_at: datetime | None
) -> StateRow:
    entity_id, record_type, record_key = record_id
    ended_on: date | None = statement.valid_from if statement.operation == Operation.END else None
    return StateRow(
        entity_id=entity_id,
        state_id=statement.state_id,
        record_type=record_type,
        record_key=record_key,
        operation=statement.operation,
        valid_from=statement.valid_from,
        valid_to=ended_on,
        stated_at=statement.stated_at,
        recorded_at=recorded_at,
        superseded_at=superseded_at,
        digest=statement.digest,
        payload=payload,
    )
