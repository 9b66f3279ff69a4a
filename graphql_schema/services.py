"""What the endpoints need of the hub, opened once per process."""

from dataclasses import dataclass

from graphql_schema.schema import HubSchema
from graphql_schema.trusted import Trusted
from hub.catalog import Model
from hub.desk import Desk
from hub.identity import Accounts, Budgets, Gate
from hub.intake.submission import Intake
from hub.intake.upload import Uploads
from hub.settings import Settings
from hub.store.pool import Database


@dataclass(frozen=True)
class Services:
    """One process's desk, intake and schema."""

    settings: Settings
    model: Model
    schema: HubSchema
    database: Database
    desk: Desk
    intake: Intake
    gate: Gate
    accounts: Accounts
    budgets: Budgets
    trusted: Trusted
    uploads: Uploads
