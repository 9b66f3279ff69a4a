"""What the catalog is to say otherwise: of one item other terms or another order of those who decide it, or all of it.

Takes what a version says and a proposal; gives what the next version would say. Pure. Never publishes anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from hub.catalog.kinds import EntityKind
from hub.catalog.published import Content
from hub.catalog.sharing import SharingType, Terms
from hub.errors import InvalidArgument


@dataclass(frozen=True, slots=True)
class Proposal:
    """Of an item either the ``terms`` on which it is to be shared, or the ``order`` of the sources that decide it."""

    entity: EntityKind
    item: str
    terms: Terms | None = None
    order: tuple[str, ...] = ()


def proposed(content: Content, proposal: Proposal | Content) -> Content:
    """``content`` as a proposal has it; raises where it cannot say so, or says so already."""
    if isinstance(proposal, Content):
        return proposal
    if (proposal.terms is None) is not bool(proposal.order):
        raise InvalidArgument(name="input", problem="it must give either terms or an order")
    if proposal.terms is None:
        return reordered(content, proposal.entity, proposal.item, proposal.order)
    return shared_otherwise(content, proposal.entity, proposal.item, proposal.terms)


def reordered(content: Content, kind: EntityKind, item: str, order: Sequence[str]) -> Content:
    """``content`` with the rules over a merged item in the order of their sources; raises unless each is named once."""
    rules = content.authority[kind].get(item, ())
    if not rules:
        raise InvalidArgument(name="item", problem="it is no merged item that registers decide")
    if sorted(order) != sorted(rule.source for rule in rules):
        raise InvalidArgument(name="order", problem="it must name each source of the item's rules once")
    placed = tuple(sorted(rules, key=lambda rule: order.index(rule.source)))
    if placed == rules:
        raise InvalidArgument(name="order", problem="it is the order in force")
    return replace(content, authority=content.authority | {kind: content.authority[kind] | {item: placed}})


def shared_otherwise(content: Content, kind: EntityKind, item: str, terms: Terms) -> Content:
    """``content`` with other terms of an item; what is shared in no mode would be removed by another name."""
    before = content.sharing.get(kind, {})
    if item not in before:
        raise InvalidArgument(name="item", problem="the catalog has no such item")
    if terms.type is not SharingType.NOT_SHARED and not terms.modes:
        raise InvalidArgument(name="terms", problem="what is shared is shared in some mode")
    if before[item] == terms:
        raise InvalidArgument(name="terms", problem="they are the terms in force")
    return replace(content, sharing=content.sharing | {kind: {**before, item: terms}})
