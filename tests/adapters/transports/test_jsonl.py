import pytest

from adapters.transports import Row
from hub.errors import UnreadableFile
from hub.intake.delivery import BrokenLine
from hub.reasons import ReasonCode
from tests.adapters.transports.conftest import LIMIT, Deliver


def test_each_line_names_its_own_columns_and_keeps_its_types(deliver: Deliver) -> None:
    file = deliver(
        "a.jsonl", '\ufeff{"姓名": "张三", "age": 30, "married": false}\n\n{"height": 1.75, "n": null}'.encode()
    )
    assert file.columns is None
    assert list(file.rows()) == [
        Row(1, {"姓名": "张三", "age": 30, "married": False}),
        Row(2, {"height": 1.75, "n": None}),
    ]


def test_an_object_inside_an_object_becomes_cells_of_two_names(deliver: Deliver) -> None:
    file = deliver("a.ndjson", b'{"sex": {"code": "1", "name": null}}\r\n')
    assert list(file.rows()) == [Row(1, {"sex.code": "1", "sex.name": None})]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"[1]", ReasonCode.MALFORMED_LINE),
        (b'"text"', ReasonCode.MALFORMED_LINE),
        (b"null", ReasonCode.MALFORMED_LINE),
        (b'{"a": 1', ReasonCode.MALFORMED_LINE),
        (b'{"a": 1} {"b": 2}', ReasonCode.MALFORMED_LINE),
        (b'{"a": NaN}', ReasonCode.MALFORMED_LINE),
        (b'{"a": [1]}', ReasonCode.MALFORMED_LINE),
        (b'{"a": {"b": {"c": 1}}}', ReasonCode.MALFORMED_LINE),
        (b'{"a":' * 100_000, ReasonCode.MALFORMED_LINE),
        (b'{"a.b": 1, "a": {"b": 2}}', ReasonCode.MALFORMED_LINE),
        (b'{"a": "\\ud800"}', ReasonCode.MALFORMED_LINE),
        (b'{"a": 110101199001011237.0}', ReasonCode.MALFORMED_LINE),
        (b'{"a": "\xff"}', ReasonCode.INVALID_ENCODING),
        (b'{"a": "\\u0000"}', ReasonCode.CONTAINS_NUL),
        (b'{"a": "' + b"x" * (LIMIT + 1) + b'"}', ReasonCode.TOO_LONG),
        (b'{"a": "' + b"x" * 10_000_000 + b'"}', ReasonCode.TOO_LONG),
    ],
)
def test_a_bad_line_is_broken_alone_and_kept_whole(deliver: Deliver, line: bytes, code: ReasonCode) -> None:
    file = deliver("a.jsonl", b'{"a": 1}\n' + line + b'\n{"a": 3}\n')
    first, bad, last = file.rows()
    assert (first, last) == (Row(1, {"a": 1}), Row(3, {"a": 3}))
    assert isinstance(bad, BrokenLine)
    assert (bad.place, bad.reason.code, bad.raw == line) == (2, code, True)


def test_a_line_too_long_to_keep_is_cut_and_the_next_one_lands(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.transports.text.LINE_LIMIT", 100)
    file = deliver("a.jsonl", b'{"a": 1}\n{"a": "' + b"x" * 1_000 + b'"}\n{"a": 3}\n')
    first, bad, last = file.rows()
    assert (first, last) == (Row(1, {"a": 1}), Row(3, {"a": 3}))
    assert isinstance(bad, BrokenLine)
    assert (bad.reason.code, len(bad.raw)) == (ReasonCode.MALFORMED_LINE, 100)


def test_reading_resumes_after_any_place(deliver: Deliver) -> None:
    file = deliver("a.jsonl", b'{"a": 1}\n\n[]\n{"a": 3}\n')
    for after in range(5):
        assert list(file.rows(after)) == list(file.rows())[after:]


def test_a_file_of_blank_lines_is_refused(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="empty"):
        deliver("a.jsonl", b"\n\n")
