"""Serve the hub: the only place where what speaks HTTP is put together.

Takes settings; opens the hub and gives the ASGI application.
"""

import asyncio
import logging
import os
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from socket import AF_INET, AF_INET6, create_server, socket

import uvicorn
from starlette.applications import Starlette

from adapters.uploading import Uploading
from graphql_schema import explorer
from graphql_schema.app import build_app
from graphql_schema.schema import build_schema
from graphql_schema.services import Services
from graphql_schema.shields import shielded
from graphql_schema.trusted import read_trusted
from hub import telemetry
from hub.errors import AddressUnusable, HubError, InvalidSetting
from hub.identity import Budgets, open_accounts, open_gate
from hub.intake.following import follow_catalog
from hub.opening import open_hub
from hub.settings import Settings, load_settings

_log = logging.getLogger("hub.serve")

EXAMPLE_QUERY = """# 基准 · Jizhun. Ctrl-Space completes, Ctrl-Enter runs.
query {
  registers {
    name
    titleZh
    departmentZh
    recordTypes { name titleZh items { name titleZh } }
  }
}
"""


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """The hub with what speaks HTTP for it."""
    async with open_hub(settings) as hub:
        gate = open_gate(settings, hub.database)
        yield Services(
            settings=settings,
            model=hub.model,
            schema=build_schema(hub.model, settings),
            database=hub.database,
            desk=hub.desk,
            intake=hub.intake,
            gate=gate,
            accounts=open_accounts(gate, hub.database),
            budgets=Budgets.of(settings, hub.database),
            trusted=read_trusted(settings.trusted_documents),
            uploads=Uploading(hub.intake, settings, settings.data_path / "uploads"),
        )


def create_app(settings: Settings | None = None, explorer_headers: Mapping[str, str] | None = None) -> Starlette:
    """The ASGI application; servers call it without arguments, and it reads the environment."""
    settings = settings or load_settings()
    telemetry.start_logging(settings.log_level)
    pages = explorer.routes(explorer.find_assets(), "/graphql", explorer_headers, EXAMPLE_QUERY)
    app = build_app(lambda: _opened(settings, app), pages if settings.explorer else ())
    return app


@asynccontextmanager
async def _opened(settings: Settings, app: Starlette) -> AsyncIterator[Services]:
    """The services; what keeps them from opening is logged and kept, for a server would say nothing of it."""
    try:
        async with open_services(settings) as services, _following(services), services.uploads.finishing():
            yield services
    except HubError as error:
        _log.error("%s %s", error.message, error.hint)
        app.state.refusal = error
        raise


@asynccontextmanager
async def _following(services: Services) -> AsyncIterator[None]:
    """Have what stands follow the catalog for as long as the block runs."""
    following = asyncio.create_task(follow_catalog(services.database, services.model))
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def run_server(app: Starlette, settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve ``app`` until the process is told to stop; call ``announce`` with its address once it answers.

    Raises what kept it from starting.

    On SIGTERM it takes no new connection, finishes what runs within ten seconds, then closes the database.
    """
    try:
        listener = create_server((settings.host, settings.port), family=AF_INET6 if ":" in settings.host else AF_INET)
    except OSError as error:
        raise AddressUnusable(host=settings.host, port=settings.port, problem=os.strerror(error.errno or 0)) from None
    check_tls(settings)
    config = uvicorn.Config(
        shielded(app, settings),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        ws="websockets-sansio",
        ws_max_size=settings.max_request_bytes,
        ws_per_message_deflate=False,
        ssl_certfile=settings.tls_cert_file,
        ssl_keyfile=settings.tls_key_file,
    )
    try:
        _Announcing(config, announce).run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # the server has finished what ran; this is how it is meant to be stopped
    except SystemExit:
        raise getattr(app.state, "refusal", HubError()) from None


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


class _Announcing(uvicorn.Server):
    """A server that says its address once it answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[str], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start to listen, then say where."""
        await super().startup(sockets)
        if not self.should_exit and sockets:
            host, port = sockets[0].getsockname()[:2]
            scheme = "https" if self.config.is_ssl else "http"
            self._announce(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
