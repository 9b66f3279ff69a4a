"""A view in its documents tells what it told before it was kept, opened whole or as far as it is read."""

from collections.abc import Sequence

from hypothesis import given

from hub.merge import KeptView, Record, decode, encode, merge
from tests.merge.test_survivorship import NAME, REGISTERS, records


@given(records)
def test_a_kept_view_tells_what_was_merged(found: Sequence[Record]) -> None:
    view = merge([NAME], found)
    documents = encode(view)
    assert decode(*documents) == view
    kept = KeptView(*documents)
    assert kept.choice("name") == view.choice("name")
    assert [kept.source(place) for place in range(len(view.merged.sources))] == list(view.merged.sources)
    for _ in range(2):
        assert [kept.records_of(name) for name in REGISTERS] == [view.records_of(name) for name in REGISTERS]


@given(records)
def test_a_view_without_its_records_tells_of_none(found: Sequence[Record]) -> None:
    merged, _ = encode(merge([NAME], found))
    kept = KeptView(merged, None)
    assert kept.choice("name") == decode(merged, None).choice("name")
    assert not any(kept.records_of(name) for name in REGISTERS)
