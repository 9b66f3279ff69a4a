"""Decide which items a viewer is given (GZ-Rules Art. 18: within the viewer's function; Art. 26: nothing leaks).

An item is given where a grant in force covers it and the catalog in force still lets it: a grant never gives more than
the catalog, and nothing gives what the law forbids for the purpose.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from hub.access.areas import ANYWHERE, Areas, areas, common, joined
from hub.access.compiling import own_view
from hub.access.decision import Decision, Ground, resolved
from hub.access.grant import Decided, Grant, GrantBasis, GrantState, Rights
from hub.access.purposes import code_of, purposes_named
from hub.access.viewer import Role, Viewer
from hub.catalog import Catalog, EntityKind, Model, Need, ObjectionPolicy, SharingMode, SharingType, Terms

USERS: Mapping[SharingMode, frozenset[Role]] = {
    SharingMode.QUERY: frozenset({Role.QUERY_OFFICER}),
    SharingMode.SEARCH: frozenset({Role.QUERY_OFFICER}),
    SharingMode.VERIFY: frozenset({Role.QUERY_OFFICER, Role.VERIFIER}),
}
"""Who of an agency may use its grants in each mode; the grants of a department are for who reports for it."""
MOST_DECISIONS = 5_000
"""Decisions that are kept for one state of the rights."""
VERIFIED = frozenset({"idNumber", "name"})
"""The items that verifying uses."""


@dataclass(frozen=True)
class Access:
    """Who asks, by which catalog and rights, and when: all that access is decided by.

    ``catalog`` is the version in force when it is asked, whatever moment is asked about. ``own`` says that nobody is
    asked about but the viewer, who speaks for themselves.
    """

    catalog: Catalog
    rights: Rights
    viewer: Viewer
    at: datetime
    own: bool = False

    @property
    def of_self(self) -> "Access":
        """The same for a question about nobody but the viewer."""
        return replace(self, own=self.viewer.is_subject)

    def areas(self, kind: EntityKind, mode: SharingMode = SharingMode.QUERY) -> Areas:
        """Where entities of ``kind`` are shown to the viewer; empty where none is."""
        return joined(reach for _, reach in _held(self, kind, mode))

    def may(self, kind: EntityKind, mode: SharingMode = SharingMode.QUERY) -> bool:
        """Whether some grant lets use entities of ``kind``; who has none must not learn that one exists."""
        return bool(self.areas(kind, mode))

    def disputed(self, entity_id: UUID) -> Mapping[str, datetime]:
        """The leaves of an entity that somebody disputes, each since when."""
        return self.rights.disputes.get(entity_id, {})

    def suspended(self, kind: EntityKind, entity_id: UUID) -> frozenset[str]:
        """Those of them that are not disclosed meanwhile, but to whom they are their own (Shaanxi Art. 35)."""
        terms = self.catalog.sharing[kind]
        return frozenset(
            leaf
            for leaf in self.disputed(entity_id)
            if leaf in terms and terms[leaf].objection is ObjectionPolicy.SUSPEND
        )

    @property
    def may_verify(self) -> bool:
        """Whether the viewer may ask if a number and a name are one person's."""
        return decide(self, EntityKind.NATURAL_PERSON, VERIFIED, SharingMode.VERIFY).readable >= VERIFIED

    @property
    def verified_areas(self) -> Areas:
        """Where persons are whom the viewer may verify."""
        return decide(self, EntityKind.NATURAL_PERSON, VERIFIED, SharingMode.VERIFY).everywhere(VERIFIED)


def decide(access: Access, kind: EntityKind, items: Iterable[str], mode: SharingMode = SharingMode.QUERY) -> Decision:
    """Decide on ``items``: paths of leaves, or names of record types, which follow where any of their leaves is given.

    An item that no grant covers is denied, and so is one that the model does not know, that the catalog does not let be
    used so or that is forbidden for the viewer's purpose. What was decided holds until a grant begins or ends.
    """
    wanted = frozenset(items)
    asked = (access.viewer, access.own, kind, wanted, mode)
    kept = access.rights.decided
    known = kept.get(asked)
    if known is None or known.catalog is not access.catalog or not known.since <= access.at < known.until:
        if len(kept) >= MOST_DECISIONS:
            kept.clear()
        since, until = access.rights.unchanged(access.viewer, access.at)
        known = kept[asked] = Decided(_decided(access, kind, wanted, mode), access.catalog, since, until)
    return known.decision


def _decided(access: Access, kind: EntityKind, items: frozenset[str], mode: SharingMode) -> Decision:
    held = _held(access, kind, mode)
    leaves = access.catalog.sharing[kind]
    named = purposes_named(access.catalog.model, access.viewer.purpose)
    grounds = {
        item: {
            leaf: tuple(_grounds(access, kind, leaf, mode, held))
            for leaf in leaves_under(leaves, item)
            if not (named and named.intersection(access.catalog.forbidden(kind, leaf)))
        }
        for item in items
    }
    where = joined(reach for _, reach in held)
    return resolved(grounds, where, where)


def _held(access: Access, kind: EntityKind, mode: SharingMode) -> list[tuple[Grant, Areas]]:
    """The viewer's grants that cover a use of entities of a kind now, each with where it lets them be seen."""
    if access.own:
        theirs = own_view(access.catalog)
        return [(theirs, ANYWHERE)] if (theirs.entity, SharingMode.QUERY) == (kind, mode) else []
    viewer, code = access.viewer, code_of(access.viewer.purpose)
    own = areas(viewer.divisions)
    return [
        (grant, reach)
        for grant in access.rights.held_by(viewer)
        if grant.entity is kind
        and mode in grant.modes
        and (grant.department or USERS[mode] & viewer.roles)
        and grant.purpose in ("", code)
        and grant.state(access.at) is GrantState.IN_FORCE
        and (reach := common(own, areas(grant.divisions)))
    ]


def _grounds(
    access: Access, kind: EntityKind, leaf: str, mode: SharingMode, held: Iterable[tuple[Grant, Areas]]
) -> Iterator[Ground]:
    """What gives a leaf: grants that name it, as far as the catalog lets them.

    What a department answers for, and what is somebody's own, is not limited.
    """
    terms = access.catalog.sharing[kind][leaf]
    for grant, reach in held:
        if leaf not in grant.items:
            continue
        if grant.department or grant.basis is GrantBasis.SUBJECT:
            yield Ground(reach, masked=False, needs_consent=False, grant_id=grant.grant_id, own=True)
        elif _lets(terms, access.viewer, mode) and _is_approved(access, kind, leaf, terms):
            yield Ground(reach, grant.masked or terms.masked, Need.CONSENT in terms.needs, grant.grant_id)


def _lets(terms: Terms, viewer: Viewer, mode: SharingMode) -> bool:
    """Whether the catalog lets an item be used so by the viewer's agency at all."""
    return (
        terms.type is not SharingType.NOT_SHARED
        and mode in terms.modes
        and (not terms.scope or viewer.agency in terms.scope)
    )


def _is_approved(access: Access, kind: EntityKind, leaf: str, terms: Terms) -> bool:
    """Whether the head of the viewer's unit has approved the item for the case, where it needs that."""
    return Need.UNIT_HEAD not in terms.needs or any(
        approval.agency == access.viewer.agency
        and approval.entity is kind
        and leaf in approval.items
        and approval.purpose == access.viewer.purpose
        and approval.approved_by != access.viewer.officer
        and access.at < approval.valid_to
        for approval in access.rights.approvals
    )


def leaves_under(leaves: Mapping[str, Terms], item: str) -> Iterable[str]:
    """The leaf itself, or every leaf of the record type that ``item`` names."""
    return (item,) if item in leaves else (leaf for leaf in leaves if leaf.startswith(f"{item}."))


def may_link(viewer: Viewer) -> bool:
    """Whether the viewer may say that two entities are one, or one of them two."""
    return Role.INFORMATION_MANAGER in viewer.roles


def may_publish(viewer: Viewer) -> bool:
    """Whether the viewer may publish what the catalog says."""
    return Role.CATALOG_OFFICE in viewer.roles


def may_audit(viewer: Viewer) -> bool:
    """Whether the viewer may see who asked about whom."""
    return Role.AUDITOR in viewer.roles


def may_see_own_accesses(viewer: Viewer) -> bool:
    """Whether the viewer may see who asked about them."""
    return viewer.is_subject


def may_submit(model: Model, viewer: Viewer, register: str) -> bool:
    """Whether the viewer's department answers for the register or collects for it (GZ-Detail Art. 3)."""
    known = model.registers[register]
    return viewer.reports_for in (known.department, *known.joint)
