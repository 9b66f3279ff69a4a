"""The whole matrix of the check: every item, role, purpose and mode, held against what the grants say.

What is expected is worked out from the tables below, without the code of the check; and the check with any one of its
conditions taken out gives something else, so that none of them is there for nothing.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub.access import Approval, Decision, Grant, Rights, Role, Viewer, check, compiled
from hub.access.check import Access
from hub.catalog import Catalog, EntityKind, Model, Need, SharingMode, SharingType, Terms
from tests.catalog.published import as_modelled
from tests.granted import MODES, NOW, grant

A_DAY = timedelta(days=1)
PURPOSES = ("WELFARE; case=7", "CREDIT; case=7", "")
PLAIN = Terms(type=SharingType.CONDITIONAL, modes=MODES)
TERMS: Mapping[str, Terms] = {
    "plain": PLAIN,
    "closed": Terms(type=SharingType.NOT_SHARED, modes=MODES),
    "query only": replace(PLAIN, modes=(SharingMode.QUERY,)),
    "of others": replace(PLAIN, scope=("公安局",)),
    "of ours": replace(PLAIN, scope=("民政局",)),
    "no credit": replace(PLAIN, forbidden=("CREDIT",)),
    "head": replace(PLAIN, needs=(Need.UNIT_HEAD,)),
    "consent": replace(PLAIN, needs=(Need.CONSENT,)),
    "masked": replace(PLAIN, masked=True),
    "open": Terms(type=SharingType.OPEN, modes=(SharingMode.QUERY,)),
    "open to us": Terms(type=SharingType.OPEN, modes=MODES, scope=("民政局",)),
}
GRANTS: Mapping[str, Mapping[str, Any]] = {
    "ours": {"agency": "民政局"},
    "everybody's": {},
    "others'": {"agency": "公安局"},
    "for welfare": {"purpose": "WELFARE"},
    "for tenders": {"purpose": "TENDER"},
    "to find by": {"modes": frozenset({SharingMode.SEARCH})},
    "to come": {"valid_from": NOW + A_DAY},
    "begun": {"valid_from": NOW, "valid_to": NOW + A_DAY},
    "over": {"valid_to": NOW},
    "revoked": {"revoked_at": NOW},
    "covered": {"masked": True},
    "of a district": {"divisions": ("440106",)},
    "none": {"items": ()},
}
ROLES: Mapping[SharingMode, set[Role]] = {
    SharingMode.QUERY: {Role.QUERY_OFFICER},
    SharingMode.SEARCH: {Role.QUERY_OFFICER},
    SharingMode.VERIFY: {Role.QUERY_OFFICER, Role.VERIFIER},
}
HOLDING = {"ours", "everybody's", "begun", "covered"}
Told = tuple[frozenset[str], frozenset[str], frozenset[str]]
"""What is given, perhaps given, and masked."""


class World:
    """Every item of a kind with one of the terms and one of the grants, all pairs of which come up."""

    def __init__(self, model: Model, kind: EntityKind, *, few: bool = False) -> None:
        base = as_modelled(model)
        pairs = [(terms, held) for terms in TERMS for held in GRANTS]
        leaves = sorted(base.leaves[kind])
        law = {leaf for leaf in leaves if any(one.forbids(leaf) for p in model.purposes for one in p.forbids)}
        plain = [leaf for leaf in leaves if leaf not in law]
        self.kind, self.law = kind, law
        self.drawn = {leaf: pairs[place % len(pairs)] for place, leaf in enumerate(plain)}
        self.drawn |= dict.fromkeys(law, ("plain", "ours"))
        self.leaves = leaves if not few else [*plain[: len(pairs)], *sorted(law)[:1]]
        content = base.content
        said = content.sharing | {kind: {leaf: TERMS[terms] for leaf, (terms, _) in self.drawn.items()}}
        self.catalog = Catalog(model, 1, replace(content, sharing=said))
        held = [self._grant(leaf, GRANTS[name]) for leaf, (_, name) in self.drawn.items()]
        approval = Approval(
            agency="民政局",
            entity=kind,
            items=frozenset(leaves[::2]),
            purpose=PURPOSES[0],
            approved_by="head",
            valid_to=NOW + A_DAY,
        )
        others = [
            replace(approval, agency="公安局", items=frozenset(leaves)),
            replace(approval, valid_to=NOW, items=frozenset(leaves)),
            replace(approval, approved_by="o", items=frozenset(leaves)),
            replace(approval, entity=next(one for one in EntityKind if one is not kind), items=frozenset(leaves)),
        ]
        held.append(grant(others[-1].entity, leaves, agency="民政局"))
        self.approved = approval.items
        self.rights = Rights((*compiled(self.catalog), *held), (approval, *others))

    def _grant(self, leaf: str, said: Mapping[str, Any]) -> Grant:
        others = {name: value for name, value in said.items() if name != "items"}
        return grant(self.kind, said.get("items", (leaf,)), **others)

    def expected(self, role: Role, purpose: str, mode: SharingMode) -> Told:
        """What the tables say that an officer of the civil affairs bureau is given."""
        given, perhaps, covered = set[str](), set[str](), set[str]()
        for leaf in self.leaves if role in ROLES[mode] else ():
            terms, held = self.drawn[leaf]
            if purpose.startswith("CREDIT") and (leaf in self.law or terms == "no credit"):
                continue
            if terms in ("closed", "of others") or (terms in ("query only", "open") and mode is not SharingMode.QUERY):
                continue
            if terms == "head" and not (purpose == PURPOSES[0] and leaf in self.approved):
                continue
            whole = held in HOLDING or (held == "for welfare" and purpose.startswith("WELFARE"))
            whole |= (held == "to find by" and mode is SharingMode.SEARCH) or terms in ("open", "open to us")
            if whole and terms != "consent":
                given.add(leaf)
            elif whole or held == "of a district":
                perhaps.add(leaf)
            if leaf in given and (terms == "masked" or held == "covered") and not terms.startswith("open"):
                covered.add(leaf)
        return frozenset(given), frozenset(perhaps), frozenset(covered)

    def differences(self, decide: Callable[..., Decision]) -> Iterator[tuple[Role, str, SharingMode]]:
        """Where a check says otherwise than the tables."""
        for role in Role:
            for purpose in PURPOSES:
                viewer = Viewer("民政局", "o", frozenset({role}), purpose=purpose)
                access = Access(self.catalog, self.rights, viewer, NOW)
                for mode in SharingMode:
                    found = decide(access, self.kind, self.leaves, mode)
                    if (found.given, found.perhaps, found.masked) != self.expected(role, purpose, mode):
                        yield role, purpose, mode


@pytest.mark.parametrize("kind", EntityKind)
def test_an_item_is_given_where_a_grant_says_so_and_nowhere_else(model: Model, kind: EntityKind) -> None:
    assert list(World(model, kind).differences(check.decide)) == []


def test_every_pair_of_terms_and_grant_comes_up(model: Model) -> None:
    drawn = set(World(model, EntityKind.NATURAL_PERSON).drawn.values())
    assert {(terms, held) for terms in TERMS for held in GRANTS} <= drawn


SOURCE = Path(check.__file__).read_text(encoding="utf-8")
DECIDING = ("decide", "_held", "_grounds", "_lets", "_is_approved")
ELSEWHERE = {
    "(reach := common(own, areas(grant.divisions)))": "where nothing is in reach nothing is given anyway",
    "named": "without a purpose that is known nothing can be forbidden for one",
}
"""Conditions whose absence shows in no item."""


def conditions(tree: ast.Module) -> list[tuple[str, Callable[[ast.expr], None]]]:
    """Every condition in the functions that decide, each with what puts another expression in its place."""
    found: list[tuple[str, Callable[[ast.expr], None]]] = []
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in DECIDING):
        for node in ast.walk(function):
            if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
                found += [(ast.unparse(one), _place(node.values, at)) for at, one in enumerate(node.values)]
            elif isinstance(node, ast.comprehension):
                found += [(ast.unparse(one), _place(node.ifs, at)) for at, one in enumerate(node.ifs)]
            elif isinstance(node, ast.If) and isinstance(node.body[0], ast.Continue):
                found.append((ast.unparse(node.test), lambda other, node=node: setattr(node, "test", ast.Not())))  # type: ignore[misc]
    return found


def _place(among: list[ast.expr], at: int) -> Callable[[ast.expr], None]:
    def put(other: ast.expr) -> None:
        among[at] = other

    return put


def without(number: int) -> Callable[..., Decision]:
    """The check without one of its conditions."""
    tree = ast.parse(SOURCE)
    text, put = conditions(tree)[number]
    if text == "leaf not in grant.items":
        text_of = SOURCE.replace("if leaf not in grant.items:", "if False:")
        tree = ast.parse(text_of)
    elif "reach :=" in text:
        put(ast.parse("[reach := common(own, areas(grant.divisions))]", mode="eval").body)
    else:
        put(ast.Constant(True))
    module: dict[str, Any] = {"__name__": "hub.access.check"}
    exec(compile(ast.fix_missing_locations(tree), "without", "exec"), module)  # noqa: S102 - our own source
    decide: Callable[..., Decision] = module["decide"]
    return decide


CONDITIONS = [text for text, _ in conditions(ast.parse(SOURCE))]


@pytest.mark.parametrize("number", range(len(CONDITIONS)), ids=CONDITIONS)
def test_without_any_one_condition_the_check_gives_something_else(model: Model, number: int) -> None:
    decide = without(number)
    found = (one for kind in EntityKind for one in World(model, kind, few=True).differences(decide))
    if CONDITIONS[number] in ELSEWHERE:
        assert next(found, None) is None
    else:
        assert next(found, None) is not None
