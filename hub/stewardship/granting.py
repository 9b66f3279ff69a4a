"""Issue and revoke grants.

Takes a database and what is granted; gives nothing. Whether somebody may order it is decided before.
"""

from hub.access import demo_grants
from hub.catalog import Model
from hub.store import grants
from hub.store.catalogs import Catalogs
from hub.store.pool import Database

THE_HUB = "hub"
"""Who issues what nobody ordered."""


async def fill_development_grants(database: Database, model: Model) -> None:
    """Have every agency of a development hub see what is not sensitive, as the catalog in force has it."""
    async with database.transaction() as connection:
        catalog = await Catalogs(model).in_force(connection)
        await grants.issue(connection, demo_grants(catalog), THE_HUB)
