"""An agency that orders exports over HTTP, and a process that works at them."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from graphql_schema.exporting import ExportAnswers
from graphql_schema.services import Services
from hub.access import Viewer
from hub.exports import Exporter, exporting
from tests.served import AGENCY, Api

ORDER = """mutation($input: ExportInput!) { exportEntities(input: $input) {
    id state denied progress { done total } file { path } } }"""
LOOK = """query($id: ID!) { export(id: $id) { state rows denied progress { done total } expiresAt
    failure { code message hint } file { path size digest } } }"""
OVER = {"READY", "FAILED", "CANCELLED", "EXPIRED"}


def exporter(services: Services) -> Exporter:
    """What works at the exports of a hub."""
    answers = ExportAnswers(services.schema, services.model, services.desk, services.intake, services.settings)
    return Exporter(services.desk, services.settings, answers)


@asynccontextmanager
async def worked_at(services: Services) -> AsyncIterator[None]:
    """Exports are worked at as long as the block runs."""
    async with exporting(exporter(services)):
        yield


@dataclass
class Exports:
    """Exports of an agency."""

    api: Api
    viewer: Viewer = AGENCY

    async def order(self, items: Iterable[str], keys: Iterable[str] | None = None, **others: Any) -> dict[str, Any]:  # noqa: ANN401
        """An export that was ordered."""
        given = {"kind": "NATURAL_PERSON", "items": list(items)} | others
        if keys is not None:
            given["keys"] = list(keys)
        ordered: dict[str, Any] = (await self.api.data(ORDER, {"input": given}, self.viewer))["exportEntities"]
        return ordered

    async def look(self, export_id: str) -> dict[str, Any]:
        """How an export is."""
        found: dict[str, Any] = (await self.api.data(LOOK, {"id": export_id}, self.viewer))["export"]
        return found

    async def over(self, export_id: str) -> dict[str, Any]:
        """How an export is once it is worked at no more."""
        while (found := await self.look(export_id))["state"] not in OVER:
            await asyncio.sleep(0.01)
        return found

    async def fetch(self, export_id: str, **headers: str) -> httpx.Response:
        """The file of an export, or why there is none."""
        sent = self.api.headers(self.viewer) | headers
        return await self.api.client.get(f"/exports/{export_id}", headers=sent)

    async def list_keys(self, export_id: str, content: str) -> httpx.Response:
        """What comes of giving an export its list."""
        return await self.api.client.put(
            f"/exports/{export_id}/keys", content=content.encode(), headers=self.api.headers(self.viewer)
        )

    async def rows(self, items: Iterable[str], keys: Iterable[str], **others: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """The rows that answer keys, by way of a whole export."""
        export_id = (await self.order(items, keys, **others))["id"]
        ready = await self.over(export_id)
        assert ready["state"] == "READY", ready
        return rows_of(await self.fetch(export_id))


def rows_of(response: httpx.Response) -> list[dict[str, Any]]:
    """The rows of a file."""
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of its entity."""
    return {name: value for name, value in row.items() if name not in {"key", "outcome", "problem", "refused"}}


def codes_of(response: httpx.Response) -> list[str]:
    """The codes of the errors of a response."""
    return [error["extensions"]["code"] for error in response.json()["errors"]]


async def sealed(exports: Exports) -> tuple[int, int]:
    """How many keys and parts of exports lie in the vault."""
    async with exports.api.services.database.connection() as connection:
        row = await connection.fetchrow(
            "select (select count(*) from vault.export_key), (select count(*) from vault.export_part)"
        )
    assert row
    return row[0], row[1]
