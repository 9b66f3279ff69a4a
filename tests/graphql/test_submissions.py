"""How far a delivery is, and whose business that is."""

from contextlib import nullcontext
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from adapters.loading import load
from adapters.recognising import recognise
from adapters.transports.content import Limits
from hub.access import Role, Viewer
from hub.intake import taking
from hub.intake.attempt import LeftOff
from hub.settings import Settings
from tests.adapters.drops import drop
from tests.people import id_number
from tests.served import AGENCY, Api, department

SUBMISSION = """query($id: ID!) { submission(id: $id) {
    id register sourceUnit state progress lines counts { outcome lines } startedAt finishedAt
    failure { code message hint at } } }"""
OFFICE = Viewer(agency="platform office", officer="office-1", roles=frozenset({Role.INFORMATION_MANAGER}))
OWN = department("HUMAN_RESOURCES_SOCIAL_SECURITY")
STRANGERS = [AGENCY, department("PUBLIC_SECURITY"), Viewer(agency="a", officer="b", roles=frozenset({Role.DEVELOPER}))]
LINES = 400


async def asked(api: Api, submission_id: object, viewer: Viewer = OFFICE) -> Any:  # noqa: ANN401 - what JSON holds
    return (await api.data(SUBMISSION, {"id": str(submission_id)}, viewer))["submission"]


class Stop(LeftOff):
    """The reading is broken off."""


async def delivered(api: Api, folder: Path, stop_after: int | None = None, cause: Exception | None = None) -> str:
    """Deliver a file, of which the reading ends after so many chunks, by ``cause``; gives the submission's id."""
    (file,) = recognise(
        api.services.model,
        "social_security",
        [drop(folder, "a.csv", LINES)],
        record="socialInsurances",
        stated_on=None,
        source_unit="",
        limits=Limits.of(Settings()),
    )
    chunks = count(1)

    def go_on(_: object) -> None:
        if next(chunks) == stop_after:
            raise cause or Stop

    with pytest.raises(Stop) if stop_after and not cause else nullcontext():
        await load(api.services.intake, file, "test", go_on)
    async with api.services.database.connection() as connection:
        return str(await connection.fetchval("select submission_id from submission"))


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_LINES", 100)


async def test_a_delivery_that_is_in_says_so(api: Api, tmp_path: Path) -> None:
    submission_id = await delivered(api, tmp_path)
    for viewer in (OWN, OFFICE):
        found = await asked(api, submission_id, viewer)
        assert (found["id"], found["register"], found["state"]) == (submission_id, "social_security", "FINISHED")
        assert (found["progress"], found["lines"]) == (1.0, LINES)
        assert found["counts"] == [{"outcome": "CREATED", "lines": LINES}]
        assert found["startedAt"] <= found["finishedAt"]


async def test_a_delivery_that_was_broken_off_says_how_far_it_is_until_it_is_sent_again(
    api: Api, tmp_path: Path
) -> None:
    submission_id = await delivered(api, tmp_path, stop_after=2)
    found = await asked(api, submission_id, OWN)
    assert (found["state"], found["lines"], found["finishedAt"]) == ("OPEN", 200, None)
    assert 0 < found["progress"] < 1
    assert await delivered(api, tmp_path) == submission_id
    found = await asked(api, submission_id, OWN)
    assert (found["state"], found["lines"], found["progress"]) == ("FINISHED", LINES, 1.0)


async def test_a_delivery_that_fails_for_a_fault_says_no_more_than_that_until_it_is_sent_again(
    api: Api, tmp_path: Path
) -> None:
    person = id_number(1)
    with pytest.raises(RuntimeError):
        await delivered(api, tmp_path, stop_after=2, cause=RuntimeError(person))
    async with api.services.database.connection() as connection:
        submission_id = str(await connection.fetchval("select submission_id from submission"))
    found = await asked(api, submission_id, OWN)
    assert (found["state"], found["lines"], found["failure"]["code"]) == ("FAILED", 200, "FAULT")
    assert person not in str(found)
    assert await delivered(api, tmp_path) == submission_id
    found = await asked(api, submission_id, OWN)
    assert (found["state"], found["failure"]) == ("FINISHED", None)


async def test_a_delivery_without_a_size_tells_its_lines_alone(api: Api) -> None:
    await api.office.household({"idNumber": id_number(1), "name": "甲"})
    async with api.services.database.connection() as connection:
        submission_id = await connection.fetchval("update submission set finished_at = null returning submission_id")
    found = await asked(api, submission_id)
    assert (found["state"], found["progress"], found["lines"]) == ("OPEN", None, 1)


async def test_to_others_a_delivery_is_as_one_that_there_is_not(api: Api, tmp_path: Path) -> None:
    submission_id = await delivered(api, tmp_path)
    for viewer in STRANGERS:
        assert await asked(api, submission_id, viewer) is None
    for unknown in (uuid4(), "a"):
        assert await asked(api, unknown) is None
