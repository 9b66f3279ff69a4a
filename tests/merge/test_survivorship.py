"""Who decides a merged item, whatever the order in which records come."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalog import Authority, EntityKind, ItemType, MergedItem, Model
from hub.merge import Record, Source, View, changed_items, merge

REGISTERS = {"police": "police", "police2": "police", "court": "court", "bank": "bank"}
"""Record types and the registers they belong to."""
NAME = MergedItem(
    entity=EntityKind.NATURAL_PERSON,
    name="name",
    title="Name",
    zh="姓名",
    type=ItemType.TEXT,
    article="",
    authority=(
        Authority("police.name", ""),
        Authority("police2.person.name", ""),
        Authority("court.name", "", unless=("police",)),
    ),
    compare=("bank.name", "court.alias"),
)
MISSING = object()


def record(record_type: str, values: Mapping[str, object], *, key: str = "", day: int = 1, instant: int = 1) -> Record:
    source = Source(
        register=REGISTERS[record_type],
        record_type=record_type,
        record_key=key,
        source_unit="",
        valid_from=date(2024, 1, day),
        stated_at=datetime(2024, 2, instant, tzinfo=UTC),
        recorded_at=datetime(2024, 3, 1, tzinfo=UTC),
        submission_id=UUID(int=1),
    )
    return Record(source, dict(values))


values = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["甲", " 甲", "乙", None]),
        "alias": st.sampled_from(["甲", "丙", None]),
        "person": st.fixed_dictionaries({}, optional={"name": st.sampled_from(["甲", "乙", None])}) | st.none(),
    },
)
records = st.lists(
    st.builds(
        record,
        st.sampled_from(list(REGISTERS)),
        values,
        key=st.sampled_from("abc"),
        day=st.integers(1, 2),
        instant=st.integers(1, 2),
    ),
    unique_by=lambda one: (one.source.record_type, one.source.record_key),
    max_size=7,
)


def speaks(one: Record, path: str) -> object:
    """What a record says at ``record_type.item[.part]``."""
    record_type, *steps = path.split(".")
    value: object = one.values if one.source.record_type == record_type else MISSING
    for step in steps:
        value = value.get(step, MISSING) if isinstance(value, dict) else MISSING
    return value


def naive_choice(given: Iterable[Record]) -> tuple[int, Source, object] | None:
    """The rule as one would tell it: down the authorities, past those whose condition fails, to the newest voice."""
    newest = sorted(given, key=lambda one: (one.source.valid_from, one.source.stated_at, one.source.record_key))[::-1]
    for place, authority in enumerate(NAME.authority):
        if any(one.source.record_type in authority.unless for one in newest):
            continue
        for one in newest:
            if (value := speaks(one, authority.source)) is not MISSING:
                return place, one.source, value
    return None


def naive_others(given: Iterable[Record], decider: Source) -> set[tuple[Source, str | None]]:
    """Every voice of another register, with what it says without blanks."""
    paths = [*(authority.source for authority in NAME.authority), *NAME.compare]
    heard = ((one.source, speaks(one, path)) for one in given for path in paths)
    return {
        (source, value.strip() if isinstance(value, str) else None)
        for source, value in heard
        if value is not MISSING and source.register != decider.register
    }


@given(given=records)
def test_the_choice_is_what_the_rule_as_told_gives(given: list[Record]) -> None:
    view = merge([NAME], given)
    expected = naive_choice(given)
    assert (expected is None) == ("name" not in view.merged.items)
    if expected:
        place, source, value = expected
        choice = view.merged.items["name"]
        sources = view.merged.sources
        assert (choice.authority, sources[choice.source], choice.value) == (place, source, value)
        bare = value.strip() if isinstance(value, str) else None
        others = naive_others(given, source)
        assert {sources[at] for at in choice.agreeing} == {other for other, said in others if said == bare}
        assert {sources[at] for at in choice.differing} == {other for other, said in others if said != bare}


@given(data=st.data(), given=records)
def test_the_order_of_records_never_matters(data: st.DataObject, given: list[Record]) -> None:
    assert merge([NAME], data.draw(st.permutations(given))) == merge([NAME], given)


@given(given=records)
def test_every_place_of_provenance_names_a_source_and_every_source_is_named(given: list[Record]) -> None:
    merged = merge([NAME], given).merged
    named = [place for one in merged.items.values() for place in (one.source, *one.agreeing, *one.differing)]
    assert sorted(set(named)) == list(range(len(merged.sources)))


@given(given=records)
def test_no_source_is_named_twice_for_one_answer(given: list[Record]) -> None:
    for choice in merge([NAME], given).merged.items.values():
        assert len(set(choice.agreeing)) == len(choice.agreeing)
        assert len(set(choice.differing)) == len(choice.differing)
        assert choice.source not in (*choice.agreeing, *choice.differing)


@given(given=records)
def test_every_record_in_force_is_in_the_view_most_recent_first(given: list[Record]) -> None:
    view = merge([NAME], given)
    assert sorted(map(repr, given)) == sorted(repr(one) for found in view.records.values() for one in found)
    for found in view.records.values():
        order = [(one.source.valid_from, one.source.stated_at, one.source.record_key) for one in found]
        assert order == sorted(order, reverse=True)


@given(one=records, other=records)
def test_two_views_differ_in_what_is_listed_and_in_nothing_else(one: list[Record], other: list[Record]) -> None:
    old, new = merge([NAME], one), merge([NAME], other)
    listed = changed_items(old, new, {"name": NAME}, {"name": NAME})
    assert (listed == []) == (old == new)
    for record_type in REGISTERS:
        assert (record_type in listed) == (old.records.get(record_type) != new.records.get(record_type))


def decided(*given: Record) -> object:
    choice = merge([NAME], given).merged.items.get("name")
    return choice.value if choice else MISSING


def test_the_first_register_that_speaks_decides() -> None:
    assert decided(record("court", {"name": "乙"}), record("police2", {"person": {"name": "丙"}})) == "丙"
    assert decided(record("court", {"name": "乙"})) == "乙"
    assert decided(record("bank", {"name": "丁"})) is MISSING


def test_absent_is_silent_and_null_decides() -> None:
    assert decided(record("police", {}), record("police2", {"person": {"name": "丙"}})) == "丙"
    assert decided(record("police", {"name": None}), record("police2", {"person": {"name": "丙"}})) is None


def test_a_fallback_is_not_heard_while_the_record_it_yields_to_is_in_force() -> None:
    assert decided(record("court", {"name": "乙"}), record("police", {})) is MISSING


def test_unknown_is_not_a_default(model: Model) -> None:
    items = model.merged[EntityKind.NATURAL_PERSON].values()
    assert merge(items, []) == View(merge(items, []).merged, {})
    assert merge(items, []).merged.items == {}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"code": "1", "raw": "男"}, {"code": "1"}, True),
        ({"code": "1"}, {"code": "2"}, False),
        ({"name": "张 三"}, "张三", True),
        ("ＡＢ", "AB", True),
        ("甲", None, False),
    ],
)
def test_registers_agree_by_code_and_by_text_without_width_and_blanks(one: object, other: object, same: bool) -> None:
    choice = merge([NAME], [record("police", {"name": one}), record("bank", {"name": other})]).merged.items["name"]
    assert (bool(choice.agreeing), bool(choice.differing)) == (same, not same)
