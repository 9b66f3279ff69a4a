"""Compose the hub and serve it: the only place where rooms are put together for HTTP.

Takes settings; opens the database, the vault and the model, and gives the ASGI application.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from socket import AF_INET, AF_INET6, create_server, socket

import uvicorn
from starlette.applications import Starlette

from adapters.registers import LINE_COLUMNS
from adapters.uploading import Uploading
from graphql_schema import explorer
from graphql_schema.app import build_app
from graphql_schema.reserved import reserved_names
from graphql_schema.schema import build_schema
from graphql_schema.services import Services
from hub import telemetry
from hub.access import demo_grants
from hub.catalog import Model, Reserved, load_model
from hub.clock import today
from hub.desk import Desk
from hub.errors import AddressUnusable, HubError
from hub.identity import LocalIssuer
from hub.intake.cards import make_cards
from hub.intake.catalog import fill_catalog
from hub.intake.following import follow_catalog
from hub.intake.submission import Intake
from hub.settings import Settings, load_settings
from hub.stewardship.working_days import read_working_days
from hub.store.access_log import AccessLog, make_months
from hub.store.feed import begin_epoch
from hub.store.keyring import claim
from hub.store.migrate import migrate
from hub.store.pool import Database, connect_database
from hub.vault.cipher import Vault
from hub.vault.keys import load_keys

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


def read_model(settings: Settings) -> Model:
    """The shipped model with the deployment's own files."""
    if settings.model_dir is None:
        return load_model()
    return load_model(Path(settings.model_dir), taken_names())


def taken_names() -> Reserved:
    """The names that a deployment's files may not give, for the schema or deliveries use them."""
    return reserved_names(load_model(), frozenset(LINE_COLUMNS))


async def bring_up_to_date(database: Database, model: Model) -> list[str]:
    """Apply the migrations that are missing and give their names; make cards anew where their rule has changed.

    The access log gets the months to come. The catalog gets what only the model has. Data that another server wrote
    begins a new epoch of the feed.
    """
    applied = await migrate(database.direct_url)
    async with database.connection() as connection:
        await begin_epoch(connection)
        await make_months(connection, today())
    await fill_catalog(database, model)
    await make_cards(database, model)
    return applied


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Everything that answers and takes in, over a database brought up to date."""
    model = read_model(settings)
    with telemetry.exporting(settings.otlp_endpoint):
        async with connect_database(settings) as database:
            await bring_up_to_date(database, model)
            keys = load_keys(settings.vault_key_path, create=settings.database_url is None)
            await claim(database, keys)
            vault = Vault(keys)
            intake = Intake(
                database,
                model,
                vault,
                read_working_days(settings.holidays_path),
                settings.max_removed_share,
                timedelta(seconds=settings.clock_tolerance),
            )
            yield Services(
                settings=settings,
                model=model,
                schema=build_schema(model, settings),
                database=database,
                desk=Desk(database, model, vault, demo_grants(), AccessLog(database)),
                intake=intake,
                issuer=LocalIssuer.at(settings.data_path),
                uploads=Uploading(intake, settings, settings.data_path / "uploads"),
            )


def create_app(settings: Settings | None = None, explorer_headers: Mapping[str, str] | None = None) -> Starlette:
    """The ASGI application; servers call it without arguments, and it reads the environment."""
    settings = settings or load_settings()
    telemetry.start_logging(settings.log_level)
    pages = explorer.routes(explorer.find_assets(), "/graphql", explorer_headers, EXAMPLE_QUERY)
    app = build_app(lambda: _opened(settings, app), pages)
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
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        ws="websockets-sansio",
        ws_max_size=settings.max_request_bytes,
        ws_per_message_deflate=False,
    )
    try:
        _Announcing(config, announce).run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # the server has finished what ran; this is how it is meant to be stopped
    except SystemExit:
        raise getattr(app.state, "refusal", HubError()) from None


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
            self._announce(f"http://{f'[{host}]' if ':' in host else host}:{port}")
