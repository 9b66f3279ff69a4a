"""How the application leaves: it says so to whoever watches it, and has clients let go of their connections.

Pure ASGI; takes the application and passes everything on to it. Once told that the server is being stopped, ``/readyz``
says 503, so that whoever spreads requests over several servers sends no more, and each answer closes its connection.
Requests are answered as before: who stops the server decides how long it still takes them.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_schema.http import refusal
from hub.errors import Stopping

READY_PATH = "/readyz"


class Leaving:
    """``app``, until it is told to ``begin`` to leave, and then."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._has_begun = False

    def begin(self) -> None:
        """Note that the server is being stopped."""
        self._has_begun = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection."""
        if not self._has_begun or scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        app = refusal(Stopping()) if scope["path"] == READY_PATH else self._app
        return await app(scope, receive, sending)
