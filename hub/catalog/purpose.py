"""A purpose for which the law forbids items whatever grants say, decoded from a ``[[purpose]]`` table."""

from typing import Annotated

from msgspec import Meta, Struct

from hub.catalog.kinds import EntityKind


class Prohibition(Struct, frozen=True, forbid_unknown_fields=True):
    """What must not be used for a purpose: an item, a part that is governed apart, or a record type as a whole."""

    entity: EntityKind
    item: str
    basis: str

    def forbids(self, leaf: str) -> bool:
        """Whether ``leaf`` is what is forbidden or lies in it."""
        return leaf == self.item or leaf.startswith(f"{self.item}.")


class Purpose(Struct, frozen=True, forbid_unknown_fields=True):
    """What data may be asked for; a request whose grant code holds one of ``words`` is for it."""

    name: Annotated[str, Meta(pattern="^[A-Z][A-Z0-9_]*$")]
    title: str
    zh: str
    words: Annotated[tuple[str, ...], Meta(min_length=1)]
    forbids: Annotated[tuple[Prohibition, ...], Meta(min_length=1)]
