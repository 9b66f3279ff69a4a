"""Whatever bytes arrive, they are answered in the hub's own words, and nothing in them is repeated or kept."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from httpx import Response
from websockets.exceptions import ConnectionClosed

from graphql_schema.request import GRAPHQL_RESPONSE, JSON
from hub.errors import all_errors
from tests.feed.subscriber import Wire, wired
from tests.graphql.malformed import ADDRESSES, BODIES, CANARY, DOCUMENTS, ME, NAME, WIRE, query
from tests.logs import all_that_is_logged
from tests.served import AGENCY, Api, served
from tests.traced import recording

CODES = {error.code for error in all_errors()}
INTERNAL = ("Traceback", "asyncpg", "msgspec", "strawberry", "graphql_schema", ".py", "Error(", "select ", "recursion")
TRACES = (CANARY[:17], NAME, NAME.encode("unicode_escape").decode())


@pytest.fixture(autouse=True)
def _nothing_personal_is_kept() -> Iterator[None]:
    """Fail where a log line, a span or a metric of the test holds something of a person."""
    with all_that_is_logged() as log, recording() as recorded:
        yield
    told = log.getvalue() + recorded.everything()
    assert not [trace for trace in TRACES if trace in told]


def refused(text: str) -> list[dict[str, Any]]:
    """The errors of an answer that is nothing but errors of the hub's own, and repeats nothing."""
    answer = msgspec.json.decode(text)
    assert "data" not in answer, text
    assert {error["extensions"]["code"] for error in answer["errors"]} <= CODES - {"FAULT"}, text
    assert not [word for word in (*INTERNAL, *TRACES) if word in text], text
    errors: list[dict[str, Any]] = answer["errors"]
    return errors


async def post(api: Api, content: bytes, **headers: str) -> Response:
    given = {**api.headers(AGENCY), "Content-Type": JSON, "Accept": "*/*", **headers}
    return await api.client.post("/graphql", content=content, headers=given)


async def test_a_body_that_is_no_request_is_refused_with_400(shared_api: Api) -> None:
    for name, content in BODIES.items():
        response = await post(shared_api, content)
        (error,) = refused(response.text)
        assert (response.status_code, error["extensions"]["code"]) == (400, "BAD_REQUEST"), name


async def test_what_is_no_document_is_refused_by_the_status_that_each_media_type_asks_for(shared_api: Api) -> None:
    for name, content in DOCUMENTS.items():
        plain = await post(shared_api, content, Accept=JSON)
        assert plain.status_code in (200, 400), name
        strict = await post(shared_api, content, Accept=GRAPHQL_RESPONSE)
        assert (strict.status_code, refused(strict.text)) == (400, refused(plain.text)), name


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": f"multipart/form-data; boundary={CANARY}"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": f"application/json; charset={CANARY}"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": f"identity, {CANARY}"},
    ],
)
async def test_a_body_said_to_be_something_else_is_not_even_read(shared_api: Api, headers: dict[str, str]) -> None:
    for name in ("packed with gzip", "a form in parts", "form fields", "lists 100,000 deep"):
        response = await post(shared_api, BODIES[name], **headers)
        (error,) = refused(response.text)
        assert (response.status_code, error["extensions"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE"), name


async def test_an_address_that_asks_nothing_is_refused_with_400(shared_api: Api) -> None:
    for name, text in ADDRESSES.items():
        response = await shared_api.client.get(
            f"/graphql?{text}", headers=shared_api.headers(AGENCY) | {"Accept": GRAPHQL_RESPONSE}
        )
        refused(response.text)
        assert response.status_code == (403 if text.startswith("documentId") else 400), name


async def test_bytes_that_are_hardly_http_are_answered_in_json_and_the_connection_ends(shared_api: Api) -> None:
    services = shared_api.services
    hurried = replace(services, settings=msgspec.structs.replace(services.settings, request_timeout=1.0))
    token = shared_api.headers(AGENCY)["Authorization"].encode()
    async with served(hurried) as client:
        port = client.base_url.port or 0
        answers = await asyncio.gather(*(answered(port, sent.replace(b"{token}", token)) for sent, _ in WIRE.values()))
    for (name, (_, status)), answer in zip(WIRE.items(), answers, strict=True):
        head, _, body = answer.partition("\r\n\r\n")
        assert head.startswith(f"HTTP/1.1 {status} "), (name, answer[:200])
        assert "connection: close" in head.lower(), name
        refused(body[: int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])])


async def answered(port: int, content: bytes) -> str:
    """All that a server says to ``content`` until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = b""
    with suppress(ConnectionError):
        writer.write(content)
        await writer.drain()
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            said += piece
    writer.close()
    return said.decode()


async def test_a_message_that_is_none_ends_its_connection_and_says_nothing_else(shared_api: Api) -> None:
    for name, content in BODIES.items():
        with suppress(UnicodeDecodeError):
            text = content.decode()
            async with wired(shared_api) as wire:
                await wire.begin(shared_api)
                await wire.connection.send(text)
                assert await ending(wire) == (4400, "Invalid message"), name
        async with wired(shared_api) as wire:
            await wire.begin(shared_api)
            await wire.connection.send(content)
            assert await ending(wire) == (4400, "Invalid message"), name


async def test_text_that_is_not_utf_8_ends_a_connection_by_its_own_code(shared_api: Api) -> None:
    async with wired(shared_api) as wire:
        await wire.begin(shared_api)
        await wire.connection.send(b"\xff\xfe" + CANARY.encode(), text=True)
        assert (await ending(wire))[0] == 1007


async def test_a_payload_that_is_no_request_ends_its_connection_or_its_operation_and_nothing_else(
    shared_api: Api,
) -> None:
    for name, content in BODIES.items():
        message = b'{"type": "subscribe", "id": "1", "payload": ' + content + b"}"
        async with wired(shared_api) as wire:
            await wire.begin(shared_api)
            with suppress(UnicodeDecodeError):
                await wire.connection.send(message.decode())
                try:
                    told = await wire.receive()
                except ConnectionClosed:
                    assert wire.connection.close_code == 4400, name
                else:
                    assert told["type"] == "error", name
                    refused(msgspec.json.encode({"errors": told["payload"]}).decode())


async def test_a_document_that_cannot_be_run_leaves_the_other_operations_of_its_connection_alone(
    shared_api: Api,
) -> None:
    async with wired(shared_api) as wire:
        await wire.begin(shared_api)
        await wire.subscribe("stays")
        for name, content in DOCUMENTS.items():
            await wire.send(type="subscribe", id=name, payload=msgspec.json.decode(content))
            told = await wire.receive()
            assert (told["id"], told["type"]) == (name, "error")
            refused(msgspec.json.encode({"errors": told["payload"]}).decode())
        await wire.send(type="subscribe", id="stays", payload=msgspec.json.decode(query(ME)))
        assert await ending(wire) == (4409, "Subscriber for this id already exists")


async def ending(wire: Wire) -> tuple[int | None, str | None]:
    """How the hub ends the connection."""
    with suppress(ConnectionClosed):
        while True:
            told = msgspec.json.decode(await wire.connection.recv())
            assert told["type"] == "ping", told
    return wire.connection.close_code, wire.connection.close_reason
