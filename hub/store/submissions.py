"""The submissions in the database: opened once per idempotency key, advanced chunk by chunk, finished."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("intake")


@dataclass(frozen=True, slots=True)
class Submission:
    """One delivery and how far it has been taken in; ``position`` is the place of the last line that was.

    It is awaited where lines of its register are open in quarantine, and overtaken where it is repeated though its
    source has delivered others of the like since.
    """

    submission_id: UUID
    digest: bytes
    stated_at: datetime
    position: int
    counts: dict[str, int]
    measures: str
    results: str | None
    copy_of: str | None
    removed: int
    finished: bool
    has_failed: bool
    is_new: bool
    shares: int
    is_awaited: bool
    is_overtaken: bool


@dataclass(frozen=True, slots=True)
class SubmissionShare:
    """How far one share of a submission has been taken in, where processes share it."""

    position: int
    counts: dict[str, int]
    measures: str


async def open_submission(
    connection: Connection,
    *,
    submission_id: UUID,
    register: str,
    source_unit: str,
    idempotency_key: str,
    digest: bytes,
    stated_at: datetime,
    sender: str,
    reason: str | None,
    department: str | None = None,
    file: str | None = None,
    copy_of: str | None = None,
    in_haste: bool = False,
) -> Submission:
    """The submission of this idempotency key; one that is there already keeps its own id and time.

    A new one is durable, or ``in_haste`` once anything is that is written after it.
    """
    row = None
    while row is None:
        row = await connection.fetchrow(
            _SQL["open_submission"],
            submission_id,
            register,
            source_unit,
            idempotency_key,
            digest,
            stated_at,
            sender,
            reason,
            department,
            file,
            copy_of,
            in_haste,
        )
    return Submission(
        submission_id=row["submission_id"],
        digest=row["digest"],
        stated_at=row["stated_at"],
        position=row["position"],
        counts=msgspec.json.decode(row["counts"], type=dict[str, int]),
        measures=row["measures"],
        results=row["results"],
        copy_of=row["copy_of"],
        removed=row["removed"],
        finished=row["finished_at"] is not None,
        has_failed=row["has_failed"],
        is_new=row["is_new"],
        shares=row["shares"],
        is_awaited=row["is_awaited"],
        is_overtaken=row["is_overtaken"],
    )


async def restart_submission(connection: Connection, submission_id: UUID) -> None:
    """Begin a finished submission anew; what it told first is kept."""
    await connection.execute(_SQL["restart_submission"], submission_id)


class Failure(Struct, frozen=True):
    """Why a submission cannot be taken in as it is, as an error says it."""

    code: str
    message: str
    hint: str


def decoded_failure(text: str | None) -> Failure | None:
    """A failure as the database keeps it."""
    return msgspec.json.decode(text, type=Failure) if text else None


async def fail_submission(connection: Connection, submission_id: UUID, failure: Failure) -> None:
    """Keep why a submission cannot be taken in as it is, unless it is in or that is known."""
    await connection.execute(_SQL["fail_submission"], submission_id, msgspec.json.encode(failure).decode())


async def take_up_submission(connection: Connection, submission_id: UUID) -> None:
    """Forget why a submission could not be taken in, for it is taken up again."""
    await connection.execute(_SQL["take_up_submission"], submission_id)


async def advance_submission(
    connection: Connection,
    submission_id: UUID,
    since: int,
    position: int,
    counts: dict[str, int],
    measures: str,
    results: str | None,
) -> bool:
    """Move a submission on, keeping ``results`` (a JSON list) if given; False where another loader has moved it."""
    text = msgspec.json.encode(counts).decode()
    moved = await connection.fetchval(
        _SQL["advance_submission"], submission_id, since, position, text, measures, results
    )
    return moved is not None


async def share_submission(connection: Connection, submission_id: UUID, most: int) -> int:
    """Share a submission that nobody has begun among so many; gives how many shares it has."""
    begun_at = await connection.fetchval(_SQL["lock_submission"], submission_id)
    shares = await submission_shares(connection, submission_id)
    if begun_at == 0 and not shares:
        await connection.execute(_SQL["share_submission"], submission_id, most)
        return most
    return len(shares)


async def submission_shares(connection: Connection, submission_id: UUID) -> list[SubmissionShare]:
    """The shares of a submission, in order."""
    return [
        SubmissionShare(row["position"], msgspec.json.decode(row["counts"], type=dict[str, int]), row["measures"])
        for row in await connection.fetch(_SQL["submission_shares"], submission_id)
    ]


async def advance_share(
    connection: Connection,
    submission_id: UUID,
    share: int,
    since: int,
    position: int,
    counts: dict[str, int],
    measures: str,
    *,
    lines: int,
) -> bool:
    """Move one share of a submission on by some ``lines``; False where another loader has moved it."""
    text = msgspec.json.encode(counts).decode()
    moved = await connection.fetchval(
        _SQL["advance_share"], submission_id, share, since, position, text, measures, lines
    )
    return moved is not None


async def unite_submission(
    connection: Connection, submission_id: UUID, position: int, counts: dict[str, int], measures: str
) -> None:
    """Make one of the shares of a submission."""
    text = msgspec.json.encode(counts).decode()
    await connection.execute(_SQL["unite_submission"], submission_id, position, text, measures)


async def finish_submission(connection: Connection, submission_id: UUID) -> None:
    """Mark a submission as complete, and its source as heard of."""
    await connection.execute(_SQL["finish_submission"], submission_id)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a submission is; one that is no file knows of no bytes."""

    submission_id: UUID
    register: str
    source_unit: str
    position: int
    counts: dict[str, int]
    bytes: int | None
    bytes_read: int | None
    started_at: datetime
    finished_at: datetime | None
    failed_at: datetime | None
    failure: Failure | None

    @property
    def share(self) -> float | None:
        """The share of it that is in, from 0 to 1; None where nobody can tell."""
        if self.finished_at:
            return 1.0
        return (self.bytes_read or 0) / self.bytes if self.bytes else None


async def find_progress(connection: Connection, submission_id: UUID) -> Progress | None:
    """How far a submission is."""
    row = await connection.fetchrow(_SQL["progress"], submission_id)
    if row is None:
        return None
    counts = msgspec.json.decode(row["counts"], type=dict[str, int])
    return Progress(**dict(row) | {"counts": counts, "failure": decoded_failure(row["failure"])})


async def note_bytes(connection: Connection, submission_id: UUID, *, size: int, read: int) -> None:
    """Note how many of a submission's bytes were read, so that others see how far it is."""
    await connection.execute(_SQL["note_bytes"], submission_id, size, read)
