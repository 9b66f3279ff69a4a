"""Exports end where they may go no further: at limits, with their time, with the access that they were ordered by."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest
from arro3.core import Schema

from graphql_schema.exporting import ExportAnswers
from graphql_schema.services import Services
from hub.catalog import EntityKind
from hub.exports import Export, Exporter, Order, Row, exporting, working
from hub.settings import Settings
from hub.store.grants import LEASE_SECONDS
from tests.conftest import UNBUDGETED
from tests.exports.ordering import ORDER, Exports, exporter, rows_of, sealed, worked_at
from tests.granted import grant, issue, revoke_all
from tests.people import id_number
from tests.served import AGENCY, Api, served
from tests.test_canary import dumped

PERSON = EntityKind.NATURAL_PERSON
PEOPLE = [id_number(n) for n in range(450)]


@asynccontextmanager
async def limited(services: Services, **limits: Any) -> AsyncIterator[Exports]:  # noqa: ANN401
    """Exports of a hub with other limits, at which nobody works yet."""
    settings: Settings = msgspec.structs.replace(UNBUDGETED, **limits)
    tuned = replace(services, settings=settings)
    async with served(tuned) as client:
        yield Exports(Api(client, tuned))


async def refused(exports: Exports, keys: Sequence[str] = PEOPLE) -> str:
    """Why an order of names is refused."""
    given = {"kind": "NATURAL_PERSON", "items": ["name"], "keys": list(keys)}
    answer = await exports.api.ask(ORDER, {"input": given})
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


async def test_an_export_has_no_more_keys_than_it_may(services: Services) -> None:
    async with limited(services, max_export_keys=449) as exports:
        assert await refused(exports) == "EXPORT_TOO_LARGE"
        ordered = await exports.order(["name"])
        response = await exports.list_keys(ordered["id"], "\n".join(PEOPLE))
        assert (response.status_code, (await exports.look(ordered["id"]))["state"]) == (413, "LISTING")
        await exports.order(["name"], PEOPLE[:449])


async def test_an_agency_has_no_more_exports_under_way_than_it_may(services: Services) -> None:
    async with limited(services, max_exports=1) as exports:
        first = await exports.order(["name"], PEOPLE)
        assert await refused(exports) == "TOO_MANY_EXPORTS"
        await Exports(exports.api, replace(AGENCY, agency="另一机关")).order(["name"], PEOPLE)
        async with worked_at(exports.api.services):
            await exports.over(first["id"])
        await exports.order(["name"], PEOPLE)


async def test_an_agency_lists_no_more_persons_in_a_day_than_it_may(services: Services) -> None:
    async with limited(services, max_exported_persons=500) as exports:
        await exports.order(["name"], PEOPLE)
        assert await refused(exports) == "BUDGET_EXHAUSTED"
        await exports.order(["name"], PEOPLE[:50])


async def test_a_file_is_no_longer_than_it_may_be(services: Services) -> None:
    async with limited(services, max_export_bytes=20_000) as exports, worked_at(exports.api.services):
        over = await exports.over((await exports.order(["name"], PEOPLE))["id"])
        assert (over["state"], over["failure"]["code"]) == ("FAILED", "EXPORT_TOO_LARGE")
        assert over["failure"]["message"] == "An export may be about at most 20000 bytes."
        assert await sealed(exports) == (0, 0)


async def test_a_file_is_destroyed_when_its_time_is_over(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "WATCH_SECONDS", 0.02)
    async with limited(services, export_lifetime=0.5) as exports, worked_at(exports.api.services):
        waiting = (await exports.order(["name"]))["id"]
        ready = (await exports.order(["name"], PEOPLE[:1]))["id"]
        for export_id in (waiting, ready):
            while (await exports.look(export_id))["state"] != "EXPIRED":
                await asyncio.sleep(0.01)
        assert await sealed(exports) == (0, 0)
        assert (await exports.fetch(ready)).status_code == 409


@dataclass
class RevokingAnswers:
    """Answers keys as ever, and has every grant revoked once the first chunk is answered."""

    services: Services
    answers: ExportAnswers
    chunks: int = 0

    def columns(self, order: Order) -> Schema:
        return self.answers.columns(order)

    async def rows(self, export: Export, keys: Sequence[str]) -> Sequence[Row]:
        rows = await self.answers.rows(export, keys)
        self.chunks += 1
        if self.chunks == 1:
            await revoke_all(self.services.database)
            await asyncio.sleep(2 * LEASE_SECONDS)
        return rows


async def test_a_grant_that_is_revoked_ends_the_export_within_a_chunk(services: Services) -> None:
    async with limited(services) as exports:
        await exports.api.office.household(*({"idNumber": one, "name": "王"} for one in PEOPLE))
        plain = exporter(services)
        assert isinstance(plain.answering, ExportAnswers)
        revoking = RevokingAnswers(services, plain.answering)
        async with exporting(Exporter(services.desk, services.settings, revoking)):
            over = await exports.over((await exports.order(["name"], PEOPLE))["id"])
        assert (over["state"], over["failure"]["code"]) == ("FAILED", "EXPORT_ACCESS_ENDED")
        assert (revoking.chunks, over["progress"]) == (1, {"done": 200, "total": 450})
        assert await sealed(exports) == (0, 0)


async def test_a_file_whose_grant_is_revoked_is_not_given_and_is_destroyed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with limited(services) as exports:
        async with worked_at(services):
            ready = (await exports.order(["name"], PEOPLE[:1]))["id"]
            await exports.over(ready)
        await revoke_all(services.database)
        await asyncio.sleep(2 * LEASE_SECONDS)
        assert (await exports.fetch(ready)).status_code == 403
        assert await sealed(exports) == (1, 1)
        monkeypatch.setattr(working, "WATCH_SECONDS", 0.02)
        async with worked_at(services):
            while (await exports.look(ready))["state"] == "READY":
                await asyncio.sleep(0.01)
        assert (await exports.look(ready))["failure"]["code"] == "EXPORT_ACCESS_ENDED"
        assert await sealed(exports) == (0, 0)


async def test_rows_out_of_reach_are_not_found_and_masked_items_stay_masked(exports: Exports) -> None:
    database = exports.api.services.database
    await exports.api.office.household(
        {"idNumber": PEOPLE[0], "name": "王小明", "townOrSubdistrict": "440106001"},
        {"idNumber": PEOPLE[1], "name": "李小红", "townOrSubdistrict": "440113001"},
    )
    await revoke_all(database)
    await issue(database, grant(PERSON, ["name"], masked=True))
    near = Exports(exports.api, replace(AGENCY, divisions=("440106",)))
    first, second = await near.rows(["name"], PEOPLE[:2])
    assert (first["outcome"], second) == ("FOUND", {"key": PEOPLE[1], "outcome": "NOT_FOUND"})
    assert first["name"] != "王小明"
    asked = await near.api.data(
        "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name } }", {"id": PEOPLE[0]}, near.viewer
    )
    assert first["name"] == asked["naturalPerson"]["name"]


async def test_a_number_that_is_exported_stands_nowhere_unsealed(exports: Exports) -> None:
    await exports.api.office.household({"idNumber": PEOPLE[0], "name": "王"})
    waiting = (await exports.order(["idNumber"], None))["id"]
    ready = (await exports.order(["idNumber", "name"], [PEOPLE[0]]))["id"]
    await exports.over(ready)
    (row,) = rows_of(await exports.fetch(ready))
    assert (row["key"], row["idNumber"]) == (PEOPLE[0], PEOPLE[0])
    assert (await exports.look(waiting))["state"] == "LISTING"
    async with exports.api.services.database.connection() as connection:
        tables = await dumped(connection)  # type: ignore[arg-type]
    assert tables["vault.export_part"]
    assert [name for name, text in tables.items() if PEOPLE[0] in text] == []
