"""Decide which items a viewer is given (GZ-Rules Art. 18: within the viewer's function; Art. 26: nothing leaks)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec import Struct

from hub.access.purposes import prohibitions
from hub.access.viewer import Role, Viewer
from hub.catalog import Catalog, EntityKind, Model
from hub.errors import FieldForbidden, FieldNotGranted


class Grant(Struct, frozen=True, forbid_unknown_fields=True):
    """A permission: a role may see the items of a kind that are no more sensitive than ``sensitivity`` says.

    With ``own`` it covers only what the viewer's own department is responsible for. With ``verify`` it lets ask whether
    a number and a name are one person's, which shows nothing. With ``search`` it lets find entities without their keys,
    by items that it or another grant covers. With ``link`` it lets say which entities are one, with ``publish`` what
    the catalog says of entities of the kind.
    """

    role: Role
    entity: EntityKind
    sensitivity: tuple[str, ...] = ()
    own: bool = False
    verify: bool = False
    search: bool = False
    link: bool = False
    publish: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What of the items asked for is given."""

    given: frozenset[str]
    denied: frozenset[str]


def decide(
    catalog: Catalog, grants: Iterable[Grant], viewer: Viewer, kind: EntityKind, items: Iterable[str]
) -> Decision:
    """Decide on ``items``: paths of leaves, or names of record types, which follow where any of their leaves is given.

    ``catalog`` is the version in force when it is asked, whatever moment is asked about. An item that no grant covers
    is denied, and so is one that the model does not know or that the law forbids for the viewer's purpose.
    """
    mine = [grant for grant in grants if grant.role in viewer.roles and grant.entity is kind]
    forbidden = prohibitions(catalog.model, viewer.purpose, kind)
    leaves = catalog.leaves[kind]
    asked = frozenset(items)
    given = frozenset(
        item
        for item in asked
        if any(
            _covers(catalog, mine, viewer, leaves, leaf) and not any(one.forbids(leaf) for one in forbidden)
            for leaf in _under(leaves, item)
        )
    )
    return Decision(given, asked - given)


def refusal(model: Model, viewer: Viewer, kind: EntityKind, item: str) -> FieldNotGranted | FieldForbidden:
    """Why ``item`` is denied to ``viewer``: the law forbids it for the purpose named, or no grant covers it."""
    name = f"{kind.type_name}.{item}"
    for prohibition in prohibitions(model, viewer.purpose, kind):
        if prohibition.forbids(item):
            return FieldForbidden(item=name, basis=prohibition.basis)
    return FieldNotGranted(item=name)


def may_see(grants: Iterable[Grant], viewer: Viewer, kind: EntityKind) -> bool:
    """Whether some grant of the viewer's covers entities of ``kind``; who has none must not learn that one exists."""
    return any(grant.role in viewer.roles and grant.entity is kind and grant.sensitivity for grant in grants)


def may_verify(grants: Iterable[Grant], viewer: Viewer) -> bool:
    """Whether some grant of the viewer's lets verify the identity of natural persons."""
    kind = EntityKind.NATURAL_PERSON
    return any(grant.role in viewer.roles and grant.entity is kind and grant.verify for grant in grants)


def may_search(grants: Iterable[Grant], viewer: Viewer, kind: EntityKind) -> bool:
    """Whether some grant of the viewer's lets find entities of ``kind`` without their keys."""
    return any(grant.role in viewer.roles and grant.entity is kind and grant.search for grant in grants)


def may_link(grants: Iterable[Grant], viewer: Viewer, kind: EntityKind) -> bool:
    """Whether some grant of the viewer's lets say that two entities of ``kind`` are one, or one of them two."""
    return any(grant.role in viewer.roles and grant.entity is kind and grant.link for grant in grants)


def may_publish(grants: Iterable[Grant], viewer: Viewer, kind: EntityKind) -> bool:
    """Whether some grant of the viewer's lets publish what the catalog says of entities of ``kind``."""
    return any(grant.role in viewer.roles and grant.entity is kind and grant.publish for grant in grants)


def _under(leaves: Mapping[str, str], item: str) -> Iterable[str]:
    """The leaf itself, or every leaf of the record type that ``item`` names."""
    return (item,) if item in leaves else (leaf for leaf in leaves if leaf.startswith(f"{item}."))


def _covers(catalog: Catalog, grants: Iterable[Grant], viewer: Viewer, leaves: Mapping[str, str], leaf: str) -> bool:
    return any(
        leaves[leaf] in grant.sensitivity and (not grant.own or _is_own(catalog, viewer, grant.entity, leaf))
        for grant in grants
    )


def _is_own(catalog: Catalog, viewer: Viewer, kind: EntityKind, leaf: str) -> bool:
    """Whether the viewer's department is responsible for the leaf's record type, or for one that the edge goes by.

    Of a merged item: whether it may decide it.
    """
    model = catalog.model
    edge = model.edges_of[kind].get(leaf)
    records = {path.partition(".")[0] for path in (edge.ways if edge else (leaf,))} & model.records.keys()
    if records:
        return any(model.records[record].department == viewer.department for record in records)
    item = model.merged[kind].get(leaf)
    if item is None:
        return False
    if not item.authority:
        return any(
            record.department == viewer.department and any(held.scheme is item.scheme for held in record.item)
            for record in model.records_of(kind)
        )
    return any(model.records[rule.record_type].department == viewer.department for rule in catalog.rules(item))


def may_submit(model: Model, viewer: Viewer, register: str) -> bool:
    """Whether the viewer's department answers for the register or collects for it (GZ-Detail Art. 3)."""
    known = model.registers[register]
    return viewer.reports_for in (known.department, *known.joint)
