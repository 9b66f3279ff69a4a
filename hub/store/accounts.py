"""What the accounts of agencies' systems ask of the database: each function is one named query of ``accounts.sql``.

Takes a connection and an account; gives rows. Never sees a private key or a token.
"""

from datetime import datetime
from typing import NamedTuple

import asyncpg

from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("accounts")


class NewAccount(NamedTuple):
    """An account as it is registered; ``key`` is its public key as a JWK."""

    name: str
    agency: str
    roles: str
    department: str | None
    divisions: tuple[str, ...]
    key: str
    registered_by: str


async def add(connection: Connection, account: NewAccount) -> bool:
    """Register an account; whether its name was free."""
    added: bool = await connection.fetchval(_SQL["add_account"], *account)
    return added


async def find(connection: Connection, name: str) -> asyncpg.Record | None:
    """The account of a name, unless it has ended."""
    return await connection.fetchrow(_SQL["open_account"], name)


async def all_accounts(connection: Connection) -> list[asyncpg.Record]:
    """Every account, by name."""
    return await connection.fetch(_SQL["accounts"])


async def end(connection: Connection, name: str, told_by: str, trace_id: str = "") -> bool:
    """End an account and its sessions; whether it was open."""
    ended: bool = await connection.fetchval(_SQL["end_account"], name, told_by, trace_id)
    return ended


async def use_assertion(connection: Connection, name: str, assertion_id: str, expires_at: datetime) -> bool:
    """Note that an assertion was used; whether it was the first time."""
    first: bool = await connection.fetchval(_SQL["use_assertion"], name, assertion_id, expires_at)
    return first
