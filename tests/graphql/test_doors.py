"""Who may read the schema, which documents are run, and what browsers are told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from graphql import get_introspection_query
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from graphql_schema.app import build_app
from graphql_schema.services import Services
from graphql_schema.shields import shielded
from graphql_schema.trusted import read_trusted
from hub.errors import InvalidSetting
from hub.listening import check_tls
from hub.settings import Settings
from tests.conftest import shipped_schema
from tests.served import AGENCY, DEVELOPER, Api, listening, served

ME = "{ me { agency } }"
INTROSPECTION = get_introspection_query()
ONE_TYPE = 'query { __type(name: "Me") { name } }'
PAGE = "https://counter.example.gov.cn"


@asynccontextmanager
async def opened(services: Services, **settings: Any) -> AsyncIterator[Api]:  # noqa: ANN401
    """A hub with other settings."""
    changed = msgspec.structs.replace(services.settings, **settings)
    other = replace(
        services,
        settings=changed,
        schema=shipped_schema(changed),
        trusted=read_trusted(changed.trusted_documents),
    )
    async with served(other) as client:
        yield Api(client, other)


@asynccontextmanager
async def behind_shield(services: Services, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ANN401
    """A hub as it is served: behind what browsers are told."""

    @asynccontextmanager
    async def lent() -> AsyncIterator[Services]:
        yield services

    app = shielded(build_app(lent), Settings(**settings))
    async with listening(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        yield client


async def test_the_schema_is_told_to_whom_the_setting_names(services: Services) -> None:
    told: dict[str, list[bool]] = {}
    for who in ("everyone", "developers", "nobody"):
        async with opened(services, introspection=who) as api:
            told[who] = []
            for viewer, text in ((DEVELOPER, INTROSPECTION), (AGENCY, INTROSPECTION), (AGENCY, ONE_TYPE)):
                response = await api.client.post("/graphql", json={"query": text}, headers=api.headers(viewer))
                told[who].append(response.status_code == 200 and "errors" not in response.json())
            assert (await api.data("{ __typename me { __typename } }"))["__typename"] == "Query"
            for reader in (DEVELOPER, AGENCY, None):
                headers = api.headers(reader) if reader else {}
                response = await api.client.get("/schema.graphql", headers=headers)
                told[who].append(response.status_code == 200)
    assert told == {
        "everyone": [True, True, True, True, True, True],
        "developers": [True, False, False, True, False, False],
        "nobody": [False] * 6,
    }


async def test_where_documents_are_trusted_no_others_are_run(services: Services, tmp_path: Path) -> None:
    (tmp_path / "counter").mkdir()
    (tmp_path / "counter" / "me.graphql").write_text(ME, encoding="utf-8")
    digest = sha256(ME.encode()).hexdigest()
    expected = {"me": {"agency": AGENCY.agency}}
    async with opened(services, trusted_documents=str(tmp_path)) as api:

        async def post(**body: object) -> dict[str, Any]:
            answer: dict[str, Any] = (await api.client.post("/graphql", json=body, headers=api.headers(AGENCY))).json()
            return answer

        for asked in (
            {"query": ME},
            {"documentId": f"sha256:{digest}"},
            {"documentId": digest.upper()},
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}},
            {"query": ME, "documentId": digest},
        ):
            assert (await post(**asked))["data"] == expected, asked
        for code, refused in (
            ("DOCUMENT_NOT_TRUSTED", {"query": "{ me { officer } }"}),
            ("DOCUMENT_NOT_TRUSTED", {"query": ME + " "}),
            ("DOCUMENT_NOT_TRUSTED", {"documentId": "0" * 64}),
            ("BAD_REQUEST", {"query": ME, "documentId": "0" * 64}),
            ("BAD_REQUEST", {"extensions": {"persistedQuery": {"sha256Hash": 7}}}),
            ("BAD_REQUEST", {"extensions": {"persistedQuery": "x"}}),
            ("BAD_REQUEST", {}),
        ):
            assert (await post(**refused))["errors"][0]["extensions"]["code"] == code, refused


def test_a_folder_without_documents_is_no_folder_of_trusted_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting):
        read_trusted(str(tmp_path))
    with pytest.raises(InvalidSetting):
        read_trusted(str(tmp_path / "nowhere"))


async def test_every_answer_tells_a_browser_to_be_careful(services: Services) -> None:
    async with behind_shield(services) as client:
        for response in (await client.get("/healthz"), await client.post("/graphql"), await client.get("/nowhere")):
            headers = response.headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "strict-transport-security" not in headers


async def test_pages_of_others_may_not_ask_unless_they_are_named(services: Services) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "hub-purpose"}
    async with behind_shield(services) as client:
        assert "access-control-allow-origin" not in (await client.options("/graphql", headers=asked)).headers
    async with behind_shield(services, allowed_origins=f" {PAGE}/ ,") as client:
        allowed = await client.options("/graphql", headers=asked)
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, PAGE)
        assert "access-control-allow-credentials" not in allowed.headers
        other = await client.options("/graphql", headers=asked | {"Origin": "https://elsewhere.example"})
        assert other.status_code == 400


async def test_a_page_of_others_opens_no_connection(services: Services) -> None:
    async with behind_shield(services, allowed_origins=PAGE) as client:
        url = f"{str(client.base_url).replace('http', 'ws', 1).rstrip('/')}/graphql"
        for origin, welcome in (
            (PAGE, True),
            (str(client.base_url).rstrip("/"), True),
            ("https://else.example", False),
        ):
            opening = connect(url, subprotocols=["graphql-transport-ws"], origin=origin, proxy=None)  # type: ignore[arg-type,list-item]
            if welcome:
                async with opening as socket:
                    assert socket.subprotocol == "graphql-transport-ws"
            else:
                with pytest.raises((InvalidStatus, ConnectionClosed)):
                    await opening


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    check_tls(Settings())
    (tmp_path / "cert.pem").write_text("no certificate")
    broken, missing = str(tmp_path / "cert.pem"), str(tmp_path / "none.pem")
    for certificate, key in ((broken, None), (None, broken), (broken, broken), (missing, missing)):
        with pytest.raises(InvalidSetting):
            check_tls(Settings(tls_cert_file=certificate, tls_key_file=key))
