"""A merged item: one field of the entity itself, and the ordered authority over it.

Decoded from ``[[merged_item]]`` tables; the rule that reads it is in ``hub.merge``.
"""

from datetime import date
from functools import cached_property

from msgspec import Struct

from hub.catalog.kinds import EntityKind, FieldName, ItemType, Sensitivity, Silence, Standing, Text
from hub.identifiers.schemes import Scheme


class Authority(Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """One register that may decide a merged item: ``source`` is ``record.item[.part]``.

    It decides only for entities of which none of the records ``unless`` is in force, and for days from ``since`` on.
    """

    source: str
    basis: Text
    standing: Standing = Standing.AUTHORITATIVE
    unless: tuple[str, ...] = ()
    since: date | None = None

    @property
    def record_type(self) -> str:
        """The record type that speaks."""
        return self.source.partition(".")[0]


class MergedItem(Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """One field of the entity itself, with the ordered authority over it.

    ``compare`` names further places that are held against the decided value and never decide. ``identifier`` items
    have no authority: they are the entity's own key.
    """

    entity: EntityKind
    name: FieldName
    title: Text
    zh: Text
    type: ItemType
    article: Text
    sensitivity: Sensitivity = "P"
    codes: str | None = None
    scheme: Scheme | None = None
    authority: tuple[Authority, ...] = ()
    compare: tuple[str, ...] = ()
    silence: Silence = "NOT_REPORTED"

    @cached_property
    def ways(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Where records speak of the item: record type and steps in it, of those that may decide it first."""
        paths = (*(authority.source for authority in self.authority), *self.compare)
        return tuple((record_type, tuple(steps)) for record_type, *steps in (path.split(".") for path in paths))

    @cached_property
    def speakers(self) -> frozenset[str]:
        """The record types that speak of the item."""
        return frozenset(record_type for record_type, _ in self.ways)
