"""Subscriptions over the protocol graphql-transport-ws.

Takes a WebSocket; answers its operations until it is closed. One message is held at a time in each direction: what a
client does not read is not asked for. A subscription that fails ends alone; only what breaks the protocol, a token that
has expired or a client that no longer answers ends the connection. Queries and mutations go over HTTP.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any
from uuid import UUID

import msgspec
from graphql import ExecutionResult
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from graphql_schema.errors import fault, hub_error, public_error
from graphql_schema.purse import Purse
from graphql_schema.request import GraphQLRequest, checked, plain_purpose, purpose
from graphql_schema.services import Services
from graphql_schema.subscription import SubscriptionContext
from hub import telemetry
from hub.errors import BadRequest, HubError, TooManySubscriptions, Unauthenticated
from hub.identity import Admitted
from hub.store.bell import Bell

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
LONGEST_ID = 100
LONGEST_REASON = 120


class Broken(Exception):
    """The connection ends, with a close code of the protocol and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


class Message(msgspec.Struct):
    """A message of a client."""

    type: str
    id: str | None = None
    payload: dict[str, Any] | None = None


_message = msgspec.json.Decoder(Message).decode


class SubscriptionEndpoint:
    """The ASGI application that answers subscriptions; one for each process."""

    def __init__(self) -> None:
        self._bell = Bell()
        self._connections = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection to its end."""
        websocket = WebSocket(scope, receive, send)
        services: Services = websocket.app.state.services
        if PROTOCOL not in websocket.scope["subprotocols"]:
            return await websocket.close()
        await websocket.accept(PROTOCOL)
        if self._connections >= services.settings.max_subscribers:
            return await websocket.close(1013, "Too many subscribers")
        self._connections += 1
        try:
            await _Connection(websocket, services, self._bell).serve()
        finally:
            self._connections -= 1


class _Connection:
    """One connection: who it is, and the subscriptions that run on it."""

    def __init__(self, websocket: WebSocket, services: Services, bell: Bell) -> None:
        self._websocket = websocket
        self._services = services
        self._bell = bell
        self._credentials: tuple[str | None, str] | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()
        self._heard = False
        self._ending: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Answer until either side ends the connection."""
        broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._broken = broken
        listening = asyncio.create_task(self._listen())
        beating = asyncio.create_task(self._beat())
        try:
            await asyncio.wait({listening, beating, broken}, return_when=asyncio.FIRST_COMPLETED)
            for ended in (broken, listening, beating):
                if ended.done():
                    ended.result()
        except WebSocketDisconnect:
            pass
        except Broken as end:
            await self._close(end)
        finally:
            await _end([listening, beating, *filter(None, [self._ending]), *self._running.values()])
            if not broken.cancel():
                broken.exception()

    def _break(self, end: Exception) -> None:
        if not self._broken.done():
            self._broken.set_exception(end)

    async def _close(self, end: Broken) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # the other side was quicker
            await self._websocket.close(end.code, end.reason)

    async def _listen(self) -> None:
        try:
            async with asyncio.timeout(INIT_SECONDS):
                await self._begin(await self._receive())
        except TimeoutError:
            raise Broken(4408, "Connection initialisation timeout") from None
        while True:
            await self._handle(await self._receive())

    async def _receive(self) -> Message:
        received = await self._websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1005))
        text = received.get("text")
        if text is None or len(text) > self._services.settings.max_request_bytes:
            raise Broken(4400, "Invalid message")
        try:
            message = _message(text)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise Broken(4400, "Invalid message") from None
        self._heard = True
        return message

    async def _begin(self, message: Message) -> None:
        """Learn who it is: from the payload of the first message, else from the headers of the request."""
        while message.type in ("ping", "pong"):
            await self._answer_ping(message)
            message = await self._receive()
        if message.type in ("subscribe", "complete"):
            raise Broken(4401, "Unauthorized")
        if message.type != "connection_init":
            raise Broken(4400, "Invalid message")
        given = {name.lower(): value for name, value in (message.payload or {}).items() if isinstance(value, str)}
        authorization = given.get("authorization") or self._websocket.headers.get("authorization")
        named = given.get("hub-purpose")
        try:
            self._credentials = authorization, plain_purpose(named) if named else purpose(self._websocket)
        except BadRequest:
            raise Broken(4400, "Invalid message") from None
        session_id = (await self._admitted()).session_id
        self._ending = asyncio.create_task(self._end_with(session_id))
        await self._send({"type": "connection_ack"})

    async def _handle(self, message: Message) -> None:
        match message.type:
            case "ping" | "pong":
                await self._answer_ping(message)
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                if running := self._running.pop(_named(message), None):
                    running.cancel()
            case "connection_init":
                raise Broken(4429, "Too many initialisation requests")
            case _:
                raise Broken(4400, "Invalid message")

    async def _answer_ping(self, message: Message) -> None:
        if message.type == "ping":
            await self._send({"type": "pong"})

    async def _subscribe(self, message: Message) -> None:
        operation_id = _named(message)
        if operation_id in self._running:
            raise Broken(4409, "Subscriber for this id already exists")
        try:
            request = checked(msgspec.convert(message.payload, GraphQLRequest))
        except (msgspec.ValidationError, RecursionError, BadRequest):
            raise Broken(4400, "Invalid message") from None
        most = self._services.settings.max_subscriptions
        if len(self._running) >= most:
            return await self._fail(operation_id, [hub_error(TooManySubscriptions(limit=most))])
        self._running[operation_id] = asyncio.create_task(self._run(operation_id, request))
        return None

    async def _run(self, operation_id: str, request: GraphQLRequest) -> None:
        """Answer one subscription to its end; what breaks the connection is told to whoever serves it."""
        try:
            with telemetry.request("graphql.subscription"):
                await self._answer(operation_id, request)
        except (Broken, WebSocketDisconnect) as end:
            self._break(end)
        finally:
            if self._running.get(operation_id) is asyncio.current_task():
                del self._running[operation_id]

    async def _answer(self, operation_id: str, request: GraphQLRequest) -> None:
        try:
            context = await self._context()
            purse = context.purse = Purse(self._services.budgets, context.viewer.agency)
            results = await self._services.schema.follow(
                self._services.trusted.text(request), request.variables, request.operationName, context
            )
            if isinstance(results, ExecutionResult):
                return await self._fail(operation_id, [public_error(error) for error in results.errors or ()])
            await self._stream(operation_id, results, purse)
            await self._send({"id": operation_id, "type": "complete"})
        except HubError as error:
            await self._fail(operation_id, [hub_error(error)])
        except (Broken, WebSocketDisconnect):
            raise
        except Exception as error:  # noqa: BLE001 - nothing internal may leave
            await self._fail(operation_id, [fault(error)])

    async def _stream(self, operation_id: str, results: AsyncGenerator[ExecutionResult, None], purse: Purse) -> None:
        """Send what comes, one by one; the token must still be valid for each, and the agency pay for it."""
        async with aclosing(results) as events:
            async for result in events:
                await self._admitted()
                cost = await purse.settle_event()
                answer: dict[str, object] = {"data": result.data, "extensions": {"cost": cost}}
                if result.errors:
                    answer["errors"] = [public_error(error) for error in result.errors]
                await self._send({"id": operation_id, "type": "next", "payload": answer})

    async def _admitted(self) -> Admitted:
        """Who the token names, as long as it is valid and its session open."""
        authorization, purpose = self._credentials or (None, "")
        try:
            return await self._services.gate.admit(authorization, purpose)
        except Unauthenticated as error:
            raise Broken(4403, error.message[:LONGEST_REASON]) from None

    async def _end_with(self, session_id: UUID) -> None:
        """End the connection when the session ends, however long it has been silent."""
        async with self._services.gate.sessions.following(session_id) as over:
            await over.wait()
            self._break(Broken(4403, "The session has ended"))

    async def _context(self) -> SubscriptionContext:
        """The surroundings of one operation, made for who the token names now."""
        services = self._services
        return SubscriptionContext(
            viewer=(await self._admitted()).viewer,
            model=services.model,
            desk=services.desk,
            intake=services.intake,
            settings=services.settings,
            bell=self._bell,
        )

    async def _fail(self, operation_id: str, errors: list[dict[str, Any]]) -> None:
        await self._send({"id": operation_id, "type": "error", "payload": errors})

    async def _send(self, message: Mapping[str, object]) -> None:
        async with self._sending:
            await self._websocket.send_text(msgspec.json.encode(message).decode())

    async def _beat(self) -> None:
        """Ping every so often; who has said nothing since the last one is gone."""
        while True:
            self._heard = False
            await asyncio.sleep(self._services.settings.heartbeat)
            if self._credentials and not self._heard:
                raise Broken(4408, "No answer to ping")
            try:
                async with asyncio.timeout(self._services.settings.heartbeat):
                    await self._send({"type": "ping"})
            except TimeoutError:
                raise Broken(4408, "No answer to ping") from None


def _named(message: Message) -> str:
    """The operation that a message is about."""
    if not message.id or len(message.id) > LONGEST_ID:
        raise Broken(4400, "Invalid message")
    return message.id


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
