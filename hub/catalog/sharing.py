"""On which terms an item is shared with other agencies (GZ-Rules Art. 8, 19; GZ-Detail Art. 30).

Decoded from ``[[sharing]]`` tables; kept with every version of the catalog. Says nothing of who is granted what.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from hub.catalog.kinds import EntityKind, Sensitivity


class SharingType(StrEnum):
    """Who may have an item: every agency in scope at once, who applies for it, or nobody."""

    OPEN = "OPEN"
    CONDITIONAL = "CONDITIONAL"
    NOT_SHARED = "NOT_SHARED"


class SharingMode(StrEnum):
    """In which way an item may be used: shown of a known entity, to find entities by, or to verify only."""

    QUERY = "QUERY"
    SEARCH = "SEARCH"
    VERIFY = "VERIFY"


class Need(StrEnum):
    """What an item needs besides a grant.

    The subject's written consent, the approval of the head of the asking unit for the case, or, before it is granted,
    the approval of the platform office after the department's.
    """

    CONSENT = "CONSENT"
    UNIT_HEAD = "UNIT_HEAD"
    OFFICE = "OFFICE"


class ObjectionPolicy(StrEnum):
    """What is done with an item while its value is disputed: it is shown and flagged, or not disclosed."""

    FLAG = "FLAG"
    SUSPEND = "SUSPEND"


class Terms(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The terms of one item.

    ``scope`` names the agencies that may have it; none means all. A grant of it lasts ``months``, or for as long as the
    catalog says so. ``masked`` items leave with all but a few characters covered. ``forbidden`` names purposes, besides
    those for which the law forbids the item.
    """

    type: SharingType
    modes: tuple[SharingMode, ...] = (SharingMode.QUERY,)
    scope: tuple[str, ...] = ()
    months: Annotated[int, Meta(ge=1, le=120)] | None = None
    masked: bool = False
    needs: tuple[Need, ...] = ()
    objection: ObjectionPolicy = ObjectionPolicy.FLAG
    forbidden: tuple[str, ...] = ()
    basis: str = ""


class SharingRule(Terms, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Terms of the items that are as sensitive as ``sensitivity`` says, or of those that ``items`` of ``entity`` name.

    A name is that of an item, of a part that is governed apart or of a record type as a whole. A table that names an
    item counts before one of its sensitivity; of several the last one does.
    """

    sensitivity: Sensitivity | None = None
    entity: EntityKind | None = None
    items: tuple[str, ...] = ()

    def covers(self, kind: EntityKind, leaf: str) -> bool:
        """Whether the table names ``leaf``, or a record type or an item that it lies in."""
        return self.entity is kind and any(f"{leaf}.".startswith(f"{item}.") for item in self.items)

    @property
    def terms(self) -> Terms:
        """The terms alone."""
        return Terms(**{name: getattr(self, name) for name in Terms.__struct_fields__})


NOTHING = Terms(type=SharingType.NOT_SHARED, modes=())
"""The terms of what no table speaks of."""


def terms_of(rules: Iterable[SharingRule], kind: EntityKind, leaf: str, sensitivity: Sensitivity) -> Terms:
    """The terms that ``rules`` give an item; without any it is not shared."""
    found = list(_in_order(rules, kind, leaf, sensitivity))
    return found[-1].terms if found else NOTHING


def _in_order(
    rules: Iterable[SharingRule], kind: EntityKind, leaf: str, sensitivity: Sensitivity
) -> Iterator[SharingRule]:
    """The tables that speak of an item, the one that counts last."""
    rules = list(rules)
    yield from (rule for rule in rules if rule.sensitivity == sensitivity)
    yield from (rule for rule in rules if rule.covers(kind, leaf))


def in_words(terms: Terms) -> str:
    """Terms as one line that reads the same whenever they are the same."""
    told: dict[str, object] = msgspec.to_builtins(terms)
    return " · ".join(
        f"{name}: {', '.join(map(str, said)) if isinstance(said, tuple) else said}" for name, said in told.items()
    )
