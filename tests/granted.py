"""What is granted in tests: catalogs that open everything, grants of a moment, and rights without a database."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from graphql_schema.services import Services
from hub.access import EVERY_AGENCY, Access, Approval, Grant, GrantBasis, Rights, Viewer, compiled, demo_grants
from hub.catalog import Catalog, EntityKind, SharingMode, SharingType, Terms
from hub.store import grants
from hub.store.catalogs import Catalogs
from hub.store.grants import Grants
from hub.store.pool import Connection, Database

NOW = datetime(2024, 6, 3, 8, tzinfo=UTC)
MODES = tuple(SharingMode)
OPEN = Terms(type=SharingType.OPEN, modes=MODES)
_compiled: dict[int, tuple[Catalog, tuple[Grant, ...]]] = {}


def opened(catalog: Catalog) -> Catalog:
    """The same version with every item open to every agency."""
    sharing = {kind: dict.fromkeys(catalog.leaves[kind], OPEN) for kind in EntityKind}
    return Catalog(catalog.model, catalog.number, msgspec.structs.replace(catalog.content, sharing=sharing))


class _OpenCatalogs(Catalogs):
    """Catalogs of which the one in force opens everything."""

    _open: Catalog | None = None

    @property
    def fresh(self) -> Catalog | None:
        found = super().fresh
        return found and self._of(found)

    async def lately(self, connection: Connection) -> Catalog:
        return self.fresh or self._of(await self.in_force(connection))

    def _of(self, found: Catalog) -> Catalog:
        if self._open is None or self._open.number != found.number:
            self._open = opened(found)
        return self._open


def open_to_all(services: Services) -> Services:
    """The same services, under terms that open every item to every agency."""
    desk = replace(services.desk)
    desk.__dict__["catalogs"] = _OpenCatalogs(services.model)
    return replace(services, desk=desk)


class _HeldGrants(Grants):
    """The rights that are held in a test, besides those that follow from the catalog."""

    def __init__(self, held: Callable[[Catalog], Iterable[Grant]], approvals: Iterable[Approval]) -> None:
        super().__init__()
        self._held = held
        self._approvals = tuple(approvals)
        self._rights: tuple[Catalog, Rights] | None = None

    def fresh(self, catalog: Catalog) -> Rights:
        if self._rights is None or self._rights[0] is not catalog:
            self._rights = catalog, Rights((*_by_catalog(catalog), *self._held(catalog)), self._approvals)
        return self._rights[1]


def holding(
    services: Services, held: Callable[[Catalog], Iterable[Grant]], approvals: Iterable[Approval] = ()
) -> Services:
    """The same services, under grants and approvals in place of those that are kept."""
    desk = replace(services.desk)
    desk.__dict__.update(catalogs=services.desk.catalogs, grants=_HeldGrants(held, approvals))
    return replace(services, desk=desk)


def access(catalog: Catalog, viewer: Viewer, *held: Grant, at: datetime = NOW, **others: Any) -> Access:  # noqa: ANN401
    """Access by some grants besides those of the catalog."""
    return Access(catalog, Rights((*_by_catalog(catalog), *held), **others), viewer, at)


def _by_catalog(catalog: Catalog) -> tuple[Grant, ...]:
    """What follows from a catalog, worked out once."""
    if id(catalog) not in _compiled:
        _compiled[id(catalog)] = catalog, compiled(catalog)
    return _compiled[id(catalog)][1]


def as_demonstrated(catalog: Catalog, viewer: Viewer) -> Access:
    """Access by the grants of a development hub."""
    return access(catalog, viewer, *demo_grants(catalog))


def grant(kind: EntityKind, items: Iterable[str], **others: Any) -> Grant:  # noqa: ANN401
    """A grant of items to every agency, unless something else is said."""
    said: dict[str, Any] = {
        "agency": EVERY_AGENCY,
        "modes": frozenset(MODES),
        "basis": GrantBasis.DEVELOPMENT,
        "grant_id": uuid4(),
    }
    return Grant(entity=kind, items=frozenset(items), **said | others)


async def issue(database: Database, *granted: Grant) -> None:
    """Keep grants, in force at once."""
    async with database.transaction() as connection:
        await grants.issue(connection, granted, "test")


async def revoke_all(database: Database) -> None:
    """End every grant that is kept; what the catalog opens stays open."""
    async with database.transaction() as connection:
        for row in await connection.fetch("select grant_id from sharing_grant"):
            await grants.revoke(connection, row["grant_id"], "test", "the test says so")
