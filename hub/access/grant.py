"""What is granted to whom, and what else may be needed: data only, compiled or kept in the database.

Decides nothing; whether a grant covers a question is written in ``check.py``.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from hub.access.decision import Decision
from hub.access.viewer import Viewer
from hub.catalog import Catalog, EntityKind, SharingMode

EVERY_AGENCY = "*"


class GrantBasis(StrEnum):
    """On what a grant rests: the open items of the catalog, the department's own duty, an application.

    Or the right of everybody to know what is kept of them, or nothing but that the hub is for development.
    """

    CATALOG = "CATALOG"
    RESPONSIBILITY = "RESPONSIBILITY"
    APPLICATION = "APPLICATION"
    SUBJECT = "SUBJECT"
    DEVELOPMENT = "DEVELOPMENT"


class GrantState(StrEnum):
    """Whether a grant is in force."""

    PENDING = "PENDING"
    IN_FORCE = "IN_FORCE"
    ENDED = "ENDED"
    REVOKED = "REVOKED"


class Grant(Struct, frozen=True, kw_only=True):
    """A permission for an agency to use items of a kind of entity: in which modes, for what purpose, where, how long.

    Without a ``purpose`` it is for any, without ``divisions`` for the whole city. One of a ``department`` is for those
    who report for it.
    """

    grant_id: UUID
    agency: str
    entity: EntityKind
    items: frozenset[str]
    modes: frozenset[SharingMode]
    basis: GrantBasis
    department: str | None = None
    purpose: str = ""
    divisions: tuple[str, ...] = ()
    masked: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    revoked_at: datetime | None = None
    application_id: UUID | None = None

    @property
    def turns(self) -> list[datetime]:
        """The instants at which its state may change."""
        return [one for one in (self.valid_from, self.valid_to, self.revoked_at) if one]

    def state(self, at: datetime) -> GrantState:
        """Whether it is in force at an instant; its period is half-open."""
        if self.revoked_at and self.revoked_at <= at:
            return GrantState.REVOKED
        if self.valid_from and at < self.valid_from:
            return GrantState.PENDING
        return GrantState.ENDED if self.valid_to and self.valid_to <= at else GrantState.IN_FORCE


class Approval(Struct, frozen=True, kw_only=True):
    """What the head of a unit has approved for one case (Shaanxi Art. 26): items, for a purpose as requests name it."""

    agency: str
    entity: EntityKind
    items: frozenset[str]
    purpose: str
    approved_by: str
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, by which version of the catalog it was made, and the time in which it holds; half-open."""

    decision: Decision
    catalog: Catalog
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Rights:
    """Every grant and approval there is, whether in force or not; ``decided`` keeps what was decided by them.

    ``disputes`` has, by entity, the leaves that somebody disputes, each since when.
    """

    grants: tuple[Grant, ...]
    approvals: tuple[Approval, ...] = ()
    disputes: Mapping[UUID, Mapping[str, datetime]] = field(default_factory=dict)
    decided: dict[Hashable, Decided] = field(default_factory=dict, repr=False, compare=False)
    _held: dict[tuple[str, str | None], tuple[Grant, ...]] = field(default_factory=dict, repr=False, compare=False)

    def held_by(self, viewer: Viewer) -> tuple[Grant, ...]:
        """The grants of a viewer's agency and department, in force or not."""
        key = (viewer.agency, viewer.reports_for)
        if key not in self._held:
            self._held[key] = tuple(_held(self.grants, *key))
        return self._held[key]

    def unchanged(self, viewer: Viewer, at: datetime) -> tuple[datetime, datetime]:
        """The time around an instant in which no grant of a viewer and no approval begins or ends; half-open."""
        instants = [one for grant in self.held_by(viewer) for one in grant.turns]
        instants += [approval.valid_to for approval in self.approvals]
        since = max((one for one in instants if one <= at), default=datetime.min.replace(tzinfo=UTC))
        return since, min((one for one in instants if one > at), default=datetime.max.replace(tzinfo=UTC))


def _held(grants: Iterable[Grant], agency: str, department: str | None) -> Iterable[Grant]:
    for grant in grants:
        if grant.department == department if grant.department else grant.agency in (EVERY_AGENCY, agency):
            yield grant
