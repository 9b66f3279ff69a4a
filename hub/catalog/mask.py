"""How much of a value is shown where it is masked, decoded from ``[[mask]]`` tables."""

from typing import Annotated

from msgspec import Meta, Struct

from hub.catalog.kinds import Text
from hub.identifiers.schemes import Scheme


class Mask(Struct, frozen=True, forbid_unknown_fields=True):
    """Shows the ``first`` and the ``last`` characters of numbers of some ``schemes``, of ``items``, of named persons.

    ``items`` are written with their type, as ``NaturalPerson.name``; ``parts`` are those of persons that records name.
    """

    name: Text
    title: Text
    zh: Text
    first: Annotated[int, Meta(ge=0)]
    last: Annotated[int, Meta(ge=0)]
    schemes: tuple[Scheme, ...] = ()
    items: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
