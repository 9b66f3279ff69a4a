"""The grants that a development hub is filled with, so that whoever tries it sees something."""

import tomllib
from functools import cache
from importlib.resources import files
from uuid import NAMESPACE_URL, uuid5

import msgspec
from msgspec import Struct

from hub.access.grant import EVERY_AGENCY, Grant, GrantBasis
from hub.catalog import Catalog, EntityKind, Sensitivity, SharingMode


class DemoGrant(Struct, frozen=True, forbid_unknown_fields=True):
    """What every agency of a development hub is given: items of a kind that are of some ``sensitivity``."""

    entity: EntityKind
    sensitivity: tuple[Sensitivity, ...]
    modes: tuple[SharingMode, ...]


def demo_grants(catalog: Catalog) -> tuple[Grant, ...]:
    """The grants of ``demo_grants.toml`` under a version of the catalog."""
    return tuple(
        Grant(
            grant_id=uuid5(NAMESPACE_URL, f"demo/{demo.entity}"),
            agency=EVERY_AGENCY,
            entity=demo.entity,
            items=frozenset(leaf for leaf, said in catalog.leaves[demo.entity].items() if said in demo.sensitivity),
            modes=frozenset(demo.modes),
            basis=GrantBasis.DEVELOPMENT,
        )
        for demo in _declared()
    )


@cache
def _declared() -> tuple[DemoGrant, ...]:
    text = (files("hub.access") / "demo_grants.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["grant"], tuple[DemoGrant, ...])
