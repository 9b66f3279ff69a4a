"""Serve the hub: the only place where what speaks HTTP is put together.

Takes settings; opens the hub and gives the ASGI application.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from socket import socket

from starlette.applications import Starlette

from adapters.uploading import Uploading
from graphql_schema import explorer
from graphql_schema.app import build_app
from graphql_schema.exporting import ExportAnswers
from graphql_schema.http import NO_HTTP
from graphql_schema.leaving import Leaving
from graphql_schema.schema import build_schema
from graphql_schema.services import Services
from graphql_schema.shields import shielded
from graphql_schema.trusted import read_trusted
from hub import telemetry
from hub.collector import keep_what_is_there
from hub.errors import HubError
from hub.exports import Exporter, exporting
from hub.identity import Budgets, open_accounts, open_gate
from hub.intake.following import follow_catalog
from hub.listening import LeavingServer, address_of, check_tls, open_listener, server_config
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
        async with (
            open_services(settings) as services,
            _following(services),
            services.uploads.finishing(),
            _exporting(services),
        ):
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


@asynccontextmanager
async def _exporting(services: Services) -> AsyncIterator[None]:
    """Work at exports where the hub is one process with a database of its own; elsewhere its workers do."""
    if services.settings.database_url is not None:
        yield
        return
    answers = ExportAnswers(services.schema, services.model, services.desk, services.intake, services.settings)
    async with exporting(Exporter(services.desk, services.settings, answers)):
        yield


def run_server(
    app: Starlette, settings: Settings, announce: Callable[[str], None], listener: socket | None = None
) -> None:
    """Serve ``app`` until the process is told to stop; call ``announce`` with its address once it answers.

    Takes the socket that several processes share, else opens its own. Raises what kept it from starting.
    """
    listener = listener or open_listener(settings)
    check_tls(settings)
    address = address_of(listener, settings)
    leaving = Leaving(app)
    config = server_config(shielded(leaving, settings), settings, NO_HTTP)

    def begun() -> None:
        keep_what_is_there()
        announce(address)

    server = LeavingServer(config, settings.drain_notice, begun, leaving.begin)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # the server has finished what ran; this is how it is meant to be stopped
    except SystemExit:
        raise getattr(app.state, "refusal", HubError()) from None
