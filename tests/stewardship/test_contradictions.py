"""The rules by which values contradict each other; whatever is not known contradicts nothing."""

from inspect import signature

import pytest

from hub.catalog import CrossCheck, EntityKind
from hub.catalog.contradictions import CONTRADICTIONS


def check(days: int = 0, codes: tuple[str, ...] = (), allowed: dict[str, tuple[str, ...]] | None = None) -> CrossCheck:
    return CrossCheck(
        name="one",
        title="",
        zh="",
        entity=EntityKind.NATURAL_PERSON,
        article="",
        rule="",
        of=(),
        days=days,
        codes=codes,
        allowed=allowed or {},
    )


DEATH = check(codes=("DEATH",))
KINDS = check(allowed={"ENTERPRISE": ("91", "93")})


@pytest.mark.parametrize(
    ("rule", "one", "values", "contradicts"),
    [
        ("differ", check(), ("王 小明", "王小明"), False),
        ("differ", check(), ("王小明", "王晓明"), True),
        ("differ", check(codes=("1", "2")), ({"code": "9"}, {"code": "1"}), False),
        ("differ", check(codes=("1", "2")), ({"code": "2"}, {"code": "1"}), True),
        ("same", check(), ("a number", "a number"), True),
        ("same", check(), ("a number", "another"), False),
        ("days_differ", check(), ("1990-02", "1990-02-28"), False),
        ("days_differ", check(), ("1990-02", "1990-03-01"), True),
        ("days_differ", check(), ("1990", "1989-12"), True),
        ("days_differ", check(days=1), ("1990-02", "1990-03-01"), False),
        ("days_apart", check(days=31, codes=("DEATH",)), ("2024-01-01", "2024-02-02", {"code": "DEATH"}), True),
        ("days_apart", check(days=32, codes=("DEATH",)), ("2024-01-01", "2024-02-02", {"code": "DEATH"}), False),
        ("days_apart", check(codes=("DEATH",)), ("2024-01-01", "2024-02-02", {"code": "MOVED_OUT"}), False),
        ("dated_after", check(), ("2024-03-01T10:30", "2024-03-01"), False),
        ("dated_after", check(), ("2024-03-02", "2024-03-01T23:59"), True),
        ("dated_after", check(), ("2024-03", "2024-03-01"), False),
        ("lacks", DEATH, ({"code": "DEATH"}, None), True),
        ("lacks", DEATH, ({"code": "DEATH"}, "2024-03-01"), False),
        ("lacks", DEATH, ({"code": "MOVED_OUT"}, None), False),
        ("denies", DEATH, (None, "2024-03-01"), True),
        ("denies", DEATH, ({"code": "DEATH"}, "2024-03-01"), False),
        ("denies", DEATH, ({"code": "MOVED_OUT"}, None), False),
        ("coded", DEATH, ({"code": "DEATH"},), True),
        ("refuted", check(), ("a number", False), True),
        ("refuted", check(), ("a number", True), False),
        ("begins_otherwise", KINDS, ("92440106MA5000014A", {"code": "ENTERPRISE"}), True),
        ("begins_otherwise", KINDS, ("93440106MA5000014A", {"code": "ENTERPRISE"}), False),
        ("begins_otherwise", KINDS, ("92440106MA5000014A", {"code": "BRIDGE"}), False),
        ("wrong_organization_code", check(), ("914403001922038216",), False),
        ("wrong_organization_code", check(), ("914403001922038206",), True),
    ],
)
def test_a_rule_tells_what_contradicts(
    rule: str, one: CrossCheck, values: tuple[object, ...], contradicts: bool
) -> None:
    assert CONTRADICTIONS[rule](one, *values) is contradicts


@pytest.mark.parametrize("rule", CONTRADICTIONS)
def test_what_nobody_says_contradicts_nothing(rule: str) -> None:
    places = len(signature(CONTRADICTIONS[rule]).parameters) - 1
    assert CONTRADICTIONS[rule](check(codes=("DEATH",)), *[None] * places) is False
