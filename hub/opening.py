"""Open the hub: its database, vault and model, and over them the desk that reads and the intake that writes.

Takes settings; gives a ``Hub``. Knows nothing of HTTP, so that a command starts without it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adapters.registers import LINE_COLUMNS
from hub import telemetry
from hub.catalog import Model, Reserved, load_model
from hub.clock import today
from hub.desk import Desk
from hub.intake.cards import make_cards
from hub.intake.catalog import fill_catalog
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.stewardship.granting import fill_development_grants
from hub.stewardship.working_days import read_working_days
from hub.store.access_log import Anchoring, make_months, writing_log
from hub.store.anchors import AnchorFolder
from hub.store.feed import begin_epoch
from hub.store.keyring import claim
from hub.store.migrate import migrate
from hub.store.pool import Database, connect_database
from hub.vault.cipher import Vault
from hub.vault.key_file import open_key_file
from hub.vault.signing import signing_key


@dataclass(frozen=True)
class Hub:
    """One process's desk and intake, and what they stand on."""

    settings: Settings
    model: Model
    database: Database
    desk: Desk
    intake: Intake


def read_model(settings: Settings) -> Model:
    """The shipped model with the deployment's own files."""
    if settings.model_dir is None:
        return load_model()
    return load_model(Path(settings.model_dir), taken_names())


def taken_names() -> Reserved:
    """The names that a deployment's files may not give, for the schema or deliveries use them."""
    from graphql_schema.reserved import reserved_names  # noqa: PLC0415 - few need the schema, and it is slow to start

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
async def open_hub(settings: Settings) -> AsyncIterator[Hub]:
    """The hub over a database brought up to date, for as long as the block runs."""
    model = read_model(settings)
    with telemetry.exporting(settings.otlp_endpoint):
        async with connect_database(settings) as database:
            await bring_up_to_date(database, model)
            if settings.database_url is None:
                await fill_development_grants(database, model)
            key_file = open_key_file(settings, create=settings.database_url is None)
            await claim(database, key_file.keys)
            vault = Vault.under(key_file)
            intake = Intake(
                database,
                model,
                vault,
                read_working_days(settings.holidays_path),
                settings.max_removed_share,
                timedelta(seconds=settings.clock_tolerance),
            )
            async with writing_log(database, anchoring(settings)) as log:
                desk = Desk(database, model, vault, log)
                yield Hub(settings, model, database, desk, intake)


def anchoring(settings: Settings) -> Anchoring:
    """Where and how the access log is anchored."""
    interval = timedelta(seconds=settings.audit_interval)
    return Anchoring(AnchorFolder(settings.audit_path), signing_key(settings.audit_key_path), interval)
