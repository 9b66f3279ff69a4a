"""Drafts of the catalog in the database, with the states that each has come to.

Takes a connection; gives drafts. Decides nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from hub.catalog import Content, EntityKind, Proposal, Terms
from hub.sql import queries
from hub.store.pool import Connection

_SQL = queries("catalog_drafts")


class KeptState(msgspec.Struct, frozen=True, array_like=True):
    """A state that a draft has come to: when, by whom and why."""

    state: str
    at: datetime
    officer: str
    words: str


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What is proposed against the version ``after`` of the catalog, with its states, the first one first."""

    draft_id: UUID
    after: int
    proposal: Proposal | Content
    states: tuple[KeptState, ...]


async def add(connection: Connection, draft_id: UUID, after: int, proposal: Proposal | Content) -> None:
    """Keep a draft, as yet without a state."""
    if isinstance(proposal, Content):
        await connection.execute(_SQL["add_whole"], draft_id, after, msgspec.json.encode(proposal).decode())
        return
    terms = msgspec.json.encode(proposal.terms).decode() if proposal.terms else None
    await connection.execute(_SQL["add"], draft_id, after, proposal.entity, proposal.item, terms, list(proposal.order))


async def locked(connection: Connection, draft_id: UUID) -> KeptDraft | None:
    """A draft that nobody else moves on until the transaction ends."""
    await connection.fetch(_SQL["lock"], draft_id)
    return await draft(connection, draft_id)


async def draft(connection: Connection, draft_id: UUID) -> KeptDraft | None:
    """A draft; None where there is none with the id."""
    row = await connection.fetchrow(_SQL["draft"], draft_id)
    return _kept(row) if row else None


async def page(connection: Connection, state: str | None, after: UUID | None, limit: int) -> list[KeptDraft]:
    """Up to ``limit`` drafts in a state, or in any, in the order in which they were made."""
    return [_kept(row) for row in await connection.fetch(_SQL["page"], state, after, limit)]


async def take(connection: Connection, draft_id: UUID, reached: KeptState) -> None:
    """Keep that a draft has come to a state."""
    await connection.execute(_SQL["take"], draft_id, reached.state, reached.at, reached.officer, reached.words)


def _kept(row: asyncpg.Record) -> KeptDraft:
    return KeptDraft(
        draft_id=row["draft_id"],
        after=row["catalog_version"],
        proposal=_proposal(row),
        states=tuple(msgspec.json.decode(state, type=KeptState) for state in row["steps"]),
    )


def _proposal(row: asyncpg.Record) -> Proposal | Content:
    if row["content"]:
        return msgspec.json.decode(row["content"], type=Content)
    terms = msgspec.json.decode(row["terms"], type=Terms) if row["terms"] else None
    return Proposal(EntityKind(row["entity"]), row["item"], terms, tuple(row["sources"]))
