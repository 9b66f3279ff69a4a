"""One attempt at a delivery: copies of the same records wait for each other, and a failure is kept."""

import asyncio
from dataclasses import replace

import pytest

from hub.clock import now
from hub.errors import CopyInProgress, DatabaseBusy, DatabaseUnavailable, TooManyRemovals
from hub.intake.attempt import LeftOff, attempting
from hub.intake.submission import Delivery
from hub.store.submissions import Failure, find_progress
from tests.offices import Office


def a_copy(key: str, unit: str = "", record_type: str = "household") -> Delivery:
    return Delivery(
        register="household_registration",
        source_unit=unit,
        idempotency_key=key,
        digest=key.encode(),
        stated_at=now(),
        sender="test",
        copy_of=record_type,
    )


async def test_two_copies_of_the_same_records_are_not_taken_in_at_once(office: Office) -> None:
    first, second = a_copy("first"), a_copy("second")
    async with attempting(office.intake, first):
        for again in (second, first):
            with pytest.raises(CopyInProgress) as refused:
                async with attempting(office.intake, again):
                    pytest.fail("two at once")
        assert "another full copy of household" in refused.value.message.lower()
    async with attempting(office.intake, second):
        pass


async def test_copies_of_other_records_and_deliveries_that_are_none_wait_for_nobody(office: Office) -> None:
    async with attempting(office.intake, a_copy("first")):
        for other in (a_copy("unit", unit="440106"), a_copy("type", record_type="residence")):
            async with attempting(office.intake, other):
                pass
        async with attempting(office.intake, replace(a_copy("none"), copy_of=None)):
            pass


LOSE_CLAIMS = """
select pg_terminate_backend(pid) from pg_locks
where locktype = 'advisory' and objsubid = 1
  and database = (select oid from pg_database where datname = current_database())
"""
"""Ends the sessions that hold claims; who announces holds a lock of two keys."""


async def lose_claim(office: Office) -> None:
    """An attempt at a copy that lasts for ever, unless it is broken off."""
    async with attempting(office.intake, a_copy("first")):
        async with office.intake.database.connection() as connection:
            await connection.execute(LOSE_CLAIMS)
        await asyncio.Event().wait()


async def test_a_copy_ends_nothing_once_another_may_begin(office: Office) -> None:
    with pytest.raises(DatabaseUnavailable, match="kept other copies out"):
        await lose_claim(office)
    async with attempting(office.intake, a_copy("second")):
        pass


async def failure_after(office: Office, cause: Exception) -> Failure | None:
    delivery = a_copy("one")
    with pytest.raises(type(cause)):
        async with attempting(office.intake, delivery) as submission_id:
            raise cause
    async with office.intake.database.connection() as connection:
        found = await find_progress(connection, submission_id)
    assert found is not None
    assert (found.failed_at is None) == (found.failure is None)
    return found.failure


@pytest.mark.parametrize("cause", [LeftOff(), DatabaseBusy(), CopyInProgress(register="a", record_type="b")])
async def test_what_may_be_over_by_itself_is_no_failure(office: Office, cause: Exception) -> None:
    assert await failure_after(office, cause) is None


async def test_the_first_failure_is_kept_until_the_delivery_is_taken_up_again(office: Office) -> None:
    error = TooManyRemovals(missing=2, standing=3, share="10%")
    kept = await failure_after(office, error)
    assert kept == Failure(error.code, error.message, error.hint)
    assert await failure_after(office, ValueError("a secret")) == kept
    await office.intake.take_in(a_copy("one"), lambda after: [])
    assert await failure_after(office, LeftOff()) is None
