"""One attempt at a delivery: a full copy has its records to itself, and what ends the attempt for good is kept.

Takes a delivery; gives the id of its submission for as long as the attempt lasts. Takes in no line.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from hub.errors import CopyInProgress, DatabaseUnavailable, HubError, Kind, SubmissionInProgress
from hub.intake.submission import Delivery, Intake
from hub.store import copies
from hub.store.pool import Database, DirectConnection, connect_directly
from hub.store.submissions import Failure, fail_submission

PASSING = frozenset({Kind.BUSY, Kind.UNAVAILABLE})


class LeftOff(Exception):
    """The attempt ends on purpose: what is in stays, and another goes on with the rest."""


@asynccontextmanager
async def attempting(intake: Intake, delivery: Delivery) -> AsyncIterator[UUID]:
    """An attempt at ``delivery`` that lasts as long as the block; raises where a copy of the same is being taken in."""
    submission_id = (await intake.open(delivery)).submission_id
    try:
        async with _alone(intake.database, delivery):
            yield submission_id
    except LeftOff:
        raise
    except Exception as error:
        if not may_pass(error):
            await keep_failure(intake.database, submission_id, error)
        raise


def may_pass(error: Exception) -> bool:
    """Whether what keeps a delivery out may be over by itself."""
    return isinstance(error, SubmissionInProgress) or (isinstance(error, HubError) and error.kind in PASSING)


async def keep_failure(database: Database, submission_id: UUID, error: Exception) -> None:
    """Keep why a submission cannot be taken in, for who asks how far it is; of a fault no more than that it is one."""
    told = error if isinstance(error, HubError) else HubError()
    with suppress(HubError):
        async with database.connection() as connection:
            await fail_submission(connection, submission_id, Failure(told.code, told.message, told.hint))


@asynccontextmanager
async def _alone(database: Database, delivery: Delivery) -> AsyncIterator[None]:
    """While the block runs, no other full copy of the records is taken in of which ``delivery`` is one."""
    if not delivery.copy_of:
        yield
        return
    async with connect_directly(database.direct_url) as session:
        if not await copies.claim(session, delivery.register, delivery.source_unit, delivery.copy_of):
            raise CopyInProgress(register=delivery.register, record_type=delivery.copy_of)
        async with _no_longer_than(session):
            yield


@asynccontextmanager
async def _no_longer_than(session: DirectConnection) -> AsyncIterator[None]:
    """Break the block off where the session is lost that holds its claim, for another copy may begin from then on."""
    task = asyncio.current_task()
    lost = asyncio.Event()

    def break_off(_: object) -> None:
        lost.set()
        if task:
            task.cancel()

    session.add_termination_listener(break_off)
    try:
        yield
    except asyncio.CancelledError:
        if not lost.is_set():
            raise
        if task:
            task.uncancel()
        raise DatabaseUnavailable(problem="the session that kept other copies out was lost") from None
    finally:
        session.remove_termination_listener(break_off)
