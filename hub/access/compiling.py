"""Compile grants from the catalog: open items for agencies, for each department its own, for everybody what is theirs.

Pure: takes a version of the catalog; gives grants, each with an id that is the same wherever the version is compiled.
What is given on application is kept in the database, for it has a beginning and an end of its own.
"""

from collections.abc import Iterator
from uuid import NAMESPACE_URL, UUID, uuid5

from hub.access.grant import EVERY_AGENCY, Grant, GrantBasis
from hub.catalog import Catalog, EntityKind, ItemType, Model, SharingMode, SharingType, Terms, responsible

PERSON = EntityKind.NATURAL_PERSON


def compiled(catalog: Catalog) -> tuple[Grant, ...]:
    """The grants that follow from a version of the catalog alone."""
    return tuple(grant for kind in EntityKind for grant in (*_open(catalog, kind), *_own(catalog, kind)))


def _open(catalog: Catalog, kind: EntityKind) -> Iterator[Grant]:
    """For each agency in scope, or for every one, the open items that share modes (GZ-Rules Art. 19)."""
    shared: dict[tuple[str, tuple[SharingMode, ...]], set[str]] = {}
    for leaf, terms in catalog.sharing[kind].items():
        for agency in _agencies(terms):
            shared.setdefault((agency, terms.modes), set()).add(leaf)
    for (agency, modes), leaves in shared.items():
        yield Grant(
            grant_id=_id("open", kind, agency, *modes),
            agency=agency,
            entity=kind,
            items=frozenset(leaves),
            modes=frozenset(modes),
            basis=GrantBasis.CATALOG,
        )


def _agencies(terms: Terms) -> tuple[str, ...]:
    """Who has an item without asking."""
    return (terms.scope or (EVERY_AGENCY,)) if terms.type is SharingType.OPEN else ()


def _own(catalog: Catalog, kind: EntityKind) -> Iterator[Grant]:
    """For each department the items that it is responsible for (GZ-Detail Art. 3)."""
    leaves = {leaf: responsible(catalog, kind, leaf) for leaf in catalog.sharing[kind]}
    for department in catalog.model.departments:
        if own := frozenset(leaf for leaf, departments in leaves.items() if department in departments):
            yield Grant(
                grant_id=_id("own", kind, department),
                agency=EVERY_AGENCY,
                department=department,
                entity=kind,
                items=own,
                modes=frozenset({SharingMode.QUERY}),
                basis=GrantBasis.RESPONSIBILITY,
            )


def own_view(catalog: Catalog) -> Grant:
    """What everybody is given of themselves (Hubei Art. 8): all that is shared with anybody and tells of no other."""
    terms = catalog.sharing[PERSON]
    return Grant(
        grant_id=_id("subject", PERSON),
        agency=EVERY_AGENCY,
        entity=PERSON,
        items=frozenset(
            leaf
            for leaf, said in terms.items()
            if said.type is not SharingType.NOT_SHARED and not _tells_of_others(catalog.model, leaf)
        ),
        modes=frozenset({SharingMode.QUERY}),
        basis=GrantBasis.SUBJECT,
    )


def _tells_of_others(model: Model, leaf: str) -> bool:
    """Whether a leaf leads to other entities, or is what a record says of another person."""
    record_type, _, rest = leaf.partition(".")
    if not rest:
        return leaf in model.edges_of[PERSON]
    return model.records[record_type].items[rest.partition(".")[0]].type is ItemType.PERSON


def _id(*parts: str) -> UUID:
    return uuid5(NAMESPACE_URL, "/".join(parts))
