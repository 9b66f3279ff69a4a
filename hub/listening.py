"""One process's HTTP server: its socket, its limits on what comes before a request, and how it leaves.

Takes an ASGI application; serves it until the process is told to stop. Told by SIGTERM it first goes on as before for a
while, so that whoever sends it requests sees in time that it is leaving; then it takes no new connection, finishes what
runs, and breaks off what has not ended in time or when it is told again. Knows nothing of GraphQL.
"""

import asyncio
import logging
import os
import signal
import ssl
from collections.abc import Callable
from contextlib import suppress
from socket import AF_INET, AF_INET6, create_server, socket
from types import FrameType

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hub.errors import AddressUnusable, InvalidSetting
from hub.settings import Settings

MOST_HEAD_BYTES = 65_536
_log = logging.getLogger("hub.serve")


def open_listener(settings: Settings) -> socket:
    """A socket that listens where the settings say; raises ``AddressUnusable``."""
    family = AF_INET6 if ":" in settings.host else AF_INET
    try:
        return create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise AddressUnusable(host=settings.host, port=settings.port, problem=os.strerror(error.errno or 0)) from None


def address_of(listener: socket, settings: Settings) -> str:
    """What a browser calls ``listener``."""
    host, port = listener.getsockname()[:2]
    scheme = "https" if settings.tls_cert_file else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def check_tls(settings: Settings) -> None:
    """Raise unless certificate and key are there together and belong to each other, or neither is."""
    certificate, key = settings.tls_cert_file, settings.tls_key_file
    if bool(certificate) != bool(key):
        raise InvalidSetting(name="HUB_TLS_KEY_FILE", problem="certificate and key are given together or not at all")
    if certificate:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
        except OSError as error:
            problem = f"{certificate} cannot be used with its key: {error.strerror or type(error).__name__}"
            raise InvalidSetting(name="HUB_TLS_CERT_FILE", problem=problem) from None


def server_config(app: ASGIApp, settings: Settings, malformed: bytes) -> uvicorn.Config:
    """How uvicorn serves ``app``; it answers ``malformed``, which is JSON, to what is not HTTP."""
    logging.getLogger("uvicorn.error").addFilter(_is_no_small_talk)
    return uvicorn.Config(
        app,
        http=_protocol(malformed),
        ws="websockets-sansio",
        ws_max_size=settings.max_request_bytes,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.drain_timeout,
        ssl_certfile=settings.tls_cert_file,
        ssl_keyfile=settings.tls_key_file,
    )


def _is_no_small_talk(record: logging.LogRecord) -> bool:
    """Keep what uvicorn says of connections that open out of the log: it quotes their whole address."""
    return record.levelno >= logging.WARNING


def _protocol(malformed: bytes) -> type[HttpToolsProtocol]:
    """A reading of HTTP/1.1 that bounds what comes before a body, and says in JSON what it cannot read."""
    head = [STATUS_LINE[400], b"content-type: application/json; charset=utf-8\r\n", b"cache-control: no-store\r\n"]
    length = b"content-length: %d\r\nconnection: close\r\n\r\n" % len(malformed)
    answer = b"".join((*head, length, malformed))

    class Protocol(HttpToolsProtocol):
        """One connection."""

        head_bytes = 0
        in_head = False

        def on_message_begin(self) -> None:
            """Begin to count."""
            super().on_message_begin()
            self.head_bytes, self.in_head = 0, True

        def on_headers_complete(self) -> None:
            """Count no longer."""
            self.in_head = False
            super().on_headers_complete()

        def data_received(self, data: bytes) -> None:
            """Read on, unless a head is longer than any that is meant well."""
            self.head_bytes += len(data) if self.in_head else 0
            if self.head_bytes > MOST_HEAD_BYTES:
                self.send_400_response("")
            else:
                super().data_received(data)

        def send_400_response(self, msg: str) -> None:
            """Say that this was no HTTP, and hang up."""
            self.transport.write(answer)
            self.transport.close()

    return Protocol


class LeavingServer(uvicorn.Server):
    """A server that says when it answers, and leaves in order; ``leave`` is called when it is told to."""

    def __init__(
        self, config: uvicorn.Config, notice: float, announce: Callable[[], None], leave: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._notice = notice
        self._announce = announce
        self._leave = leave
        self._told_again = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start to answer, then say so."""
        await super().startup(sockets)
        if not self.should_exit:
            self._announce()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Leave, at once where somebody waits at a keyboard; told again, break off what runs."""
        if self.should_exit:
            asyncio.get_running_loop().call_soon_threadsafe(self._told_again.set)
        else:
            self._notice = 0.0 if sig == signal.SIGINT else self._notice
            self._leave()
            super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Go on for the time of the notice, then finish what runs."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._notice):
                await self._told_again.wait()
        breaking_off = asyncio.create_task(self._break_off())
        await super().shutdown(sockets)
        breaking_off.cancel()
        _log.info("the server has stopped")

    async def _break_off(self) -> None:
        """Once told again, cancel what runs; whoever waits for it is answered that the hub is being stopped."""
        await self._told_again.wait()
        for task in list(self.server_state.tasks):
            task.cancel()
