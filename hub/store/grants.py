"""The rights there are: what follows from the catalog, and the grants and approvals that are kept.

Takes a connection; gives ``Rights`` that are at most a lease old, so that every process sees within that time what was
revoked. Decides nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from hub.access import Approval, Grant, Rights, compiled
from hub.catalog import Catalog
from hub.sql import queries
from hub.store.pool import Connection

LEASE_SECONDS = 0.25
"""How long readers go by the rights they know before they look whether these have changed."""
_SQL = queries("grants")


class Grants:
    """The rights of one hub as they are now."""

    def __init__(self) -> None:
        self._known: tuple[Catalog, int, Rights] | None = None
        self._asked = float("-inf")

    async def lately(self, connection: Connection, catalog: Catalog) -> Rights:
        """The rights under the catalog in force, as they were a lease ago or are now."""
        if rights := self.fresh(catalog):
            return rights
        moment = asyncio.get_running_loop().time()
        turn: int = await connection.fetchval(_SQL["turn"])
        if not self._known or self._known[:2] != (catalog, turn):
            self._known = catalog, turn, await read(connection, catalog)
        self._asked = moment
        return self._known[2]

    def fresh(self, catalog: Catalog) -> Rights | None:
        """The rights under a catalog as they were a lease ago at most; None where nobody looked since."""
        moment = asyncio.get_running_loop().time()
        if self._known and self._known[0] is catalog and moment - self._asked < LEASE_SECONDS:
            return self._known[2]
        return None


async def read(connection: Connection, catalog: Catalog) -> Rights:
    """Every grant, approval and dispute under a version of the catalog."""
    approvals = [msgspec.convert(dict(row), Approval) for row in await connection.fetch(_SQL["approvals"])]
    return Rights((*compiled(catalog), *await kept(connection)), tuple(approvals), await disputes(connection))


async def disputes(connection: Connection) -> Mapping[UUID, Mapping[str, datetime]]:
    """By entity the items that open objections dispute, each since when; of one linked into another, by the other."""
    found: dict[UUID, dict[str, datetime]] = defaultdict(dict)
    for row in await connection.fetch(_SQL["disputes"]):
        found[row["entity_id"]][row["item"]] = row["since"]
    return found


async def kept(connection: Connection) -> list[Grant]:
    """Every grant that does not follow from the catalog, but those that ended or were revoked over a year ago."""
    return [msgspec.convert(dict(row), Grant) for row in await connection.fetch(_SQL["grants"])]


async def issue(connection: Connection, grants: Iterable[Grant], by: str) -> None:
    """Keep grants; one that is kept already gets the items and modes it is given with now."""
    for grant in grants:
        await connection.execute(
            _SQL["issue"],
            grant.grant_id,
            grant.agency,
            grant.entity,
            sorted(grant.items),
            sorted(grant.modes),
            grant.purpose,
            list(grant.divisions),
            grant.masked,
            grant.basis,
            grant.application_id,
            grant.valid_to,
            by,
        )


async def revoke(connection: Connection, grant_id: UUID, by: str, words: str) -> str | None:
    """End a grant now; gives the agency that had it, None where there is none in force."""
    agency: str | None = await connection.fetchval(_SQL["revoke"], grant_id, by, words)
    return agency


async def consented(
    connection: Connection, entity_ids: Iterable[UUID], agency: str, purpose: str
) -> dict[UUID, frozenset[str]]:
    """The items that each of some subjects lets an agency have for a purpose."""
    rows = await connection.fetch(_SQL["consented"], list(entity_ids), agency, purpose)
    return {row["entity_id"]: frozenset(row["items"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Consent:
    """What a subject lets an agency have, for a purpose and a time; the digest stands for the signed document."""

    entity_id: UUID
    consent_id: UUID
    agency: str
    items: tuple[str, ...]
    purpose: str
    valid_to: datetime
    document_digest: bytes
    recorded_by: str


async def record_consent(connection: Connection, consent: Consent) -> None:
    """Keep a consent."""
    await connection.execute(_SQL["record_consent"], *astuple(consent))


async def withdraw_consent(connection: Connection, subject: UUID, consent_id: UUID, agency: str, by: str) -> bool:
    """End a consent to an agency; whether there was one that stood."""
    return await connection.fetchval(_SQL["withdraw_consent"], subject, consent_id, agency, by) is not None


async def approve(connection: Connection, approval_id: UUID, approval: Approval) -> None:
    """Keep what the head of a unit approves."""
    await connection.execute(
        _SQL["approve"],
        approval_id,
        approval.agency,
        approval.entity,
        sorted(approval.items),
        approval.purpose,
        approval.approved_by,
        approval.valid_to,
    )
