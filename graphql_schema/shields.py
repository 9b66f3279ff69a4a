"""What every answer tells a browser, and which pages of others may ask.

Pure ASGI, so that a client who goes away is seen by whoever works for it. Takes settings; wraps the application. No
cookie is ever taken for a proof of who asks, so no page of others can ask in a user's name; what is left is that a page
may ask at all, and that only those may which ``HUB_ALLOWED_ORIGINS`` names.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.settings import Settings

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = "default-src 'none'; frame-ancestors 'none'"
"""For what is no page of the hub's own; its pages say more themselves."""
TRANSPORT = "max-age=31536000"
REQUEST_HEADERS = ("Authorization", "Content-Type", "Hub-Purpose", "Idempotency-Key")


def shielded(app: ASGIApp, settings: Settings) -> ASGIApp:
    """``app`` behind what browsers are told."""
    if settings.origins:
        app = CORSMiddleware(
            app,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST"],
            allow_headers=REQUEST_HEADERS,
            max_age=600,
        )
    return Shield(app, settings)


class Shield:
    """Refuses pages of others that are not named, and adds the headers that protect an answer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._origins = frozenset(settings.origins)
        self._headers = HEADERS | ({"Strict-Transport-Security": TRANSPORT} if settings.tls_cert_file else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection."""
        if scope["type"] == "websocket" and not self._may_ask(Headers(scope=scope)):
            await receive()
            return await send({"type": "websocket.close", "code": 4403, "reason": "Forbidden"})
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", POLICY)
            await send(message)

        return await self._app(scope, receive, sending)

    def _may_ask(self, headers: Headers) -> bool:
        """Whether a page may open a connection: the hub's own, one that is named, and what is no page at all."""
        origin = headers.get("origin")
        return origin is None or origin in self._origins or origin.partition("://")[2] == headers.get("host")
