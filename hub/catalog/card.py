"""What the card of an entity is filled from, decoded from ``[[card]]`` tables."""

from enum import StrEnum

from msgspec import Struct

from hub.catalog.kinds import EntityKind


class CardColumn(StrEnum):
    """What an entity is listed and found by."""

    NAME = "name"
    BIRTH_DATE = "birthDate"
    DIVISION = "division"
    CATEGORY = "category"
    STATUS = "status"


class CardSource(Struct, frozen=True, forbid_unknown_fields=True, rename={"sources": "from"}):
    """The items that fill one column of the card: the first of ``sources`` that says something.

    A source is a merged item, or ``record.item[.part]``. Several tables for one column add up.
    """

    entity: EntityKind
    column: CardColumn
    sources: tuple[str, ...]
