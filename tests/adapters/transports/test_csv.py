import csv
import io
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.transports import Row, RowFile
from hub.errors import UnreadableFile
from hub.intake.delivery import BrokenLine
from hub.reasons import ReasonCode
from tests.adapters.transports.conftest import LIMIT, Deliver, open_one

GOOD = "张三,男\n"


def outcome(file: RowFile, after: int = 0) -> list[object]:
    """The cells of each row, the reason of each broken line."""
    return [tuple(row.cells.values()) if isinstance(row, Row) else row.reason.code for row in file.rows(after)]


def broken(file: RowFile) -> list[BrokenLine]:
    return [row for row in file.rows() if isinstance(row, BrokenLine)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_file_is_read_in_any_usual_encoding_and_delimiter(
    deliver: Deliver, encoding: str, delimiter: str
) -> None:
    text = "姓名 ,住址\r\n张三,北京市东城区\r\n𠮷田㐂,\r\n".replace(",", delimiter)
    file = deliver("a.csv", text.encode(encoding))
    assert file.columns == ("姓名", "住址")
    assert list(file.rows()) == [
        Row(1, {"姓名": "张三", "住址": "北京市东城区"}),
        Row(2, {"姓名": "𠮷田㐂", "住址": ""}),
    ]


def test_a_quoted_cell_keeps_its_line_breaks_quotes_and_delimiters(deliver: Deliver) -> None:
    file = deliver("a.csv", b'code,name\n1,"first\r\nsecond, ""third"""\n2,b\n')
    assert outcome(file) == [("1", 'first\r\nsecond, "third"'), ("2", "b")]


def test_blank_lines_are_no_data_lines(deliver: Deliver) -> None:
    file = deliver("a.csv", b"\n\ncode,name\n\n1,a\n,\n2,b\n\n\n")
    assert [row.place for row in file.rows()] == [1, 2]


def test_a_table_of_women_in_gb18030_is_not_taken_for_utf_8(deliver: Deliver) -> None:
    file = deliver("a.csv", ("代码,性别\n" + "".join(f"{n},女\n" for n in range(9))).encode("gb18030"))
    assert outcome(file) == [(str(n), "女") for n in range(9)]


def test_a_line_in_gb18030_inside_a_utf_8_file_is_broken_alone(deliver: Deliver) -> None:
    file = deliver("a.csv", f"姓名,性别\n{GOOD}".encode() + "李四,男\n".encode("gb18030") + GOOD.encode())
    assert outcome(file) == [("张三", "男"), ReasonCode.INVALID_ENCODING, ("张三", "男")]
    assert broken(file) == [
        BrokenLine(2, broken(file)[0].reason, "李四,男".encode("gb18030")),
    ]
    assert broken(file)[0].reason.en == "The line is not valid UTF-8 text"


def test_a_line_in_utf_8_inside_a_gb18030_file_is_broken_and_never_garbled(deliver: Deliver) -> None:
    file = deliver("a.csv", f"姓名,性别\n{GOOD}".encode("gb18030") + "李四,男\n".encode() + GOOD.encode("gb18030"))
    assert outcome(file) == [("张三", "男"), ReasonCode.INVALID_ENCODING, ("张三", "男")]
    assert broken(file)[0].reason.en == "The line is not valid GB18030 text"


def test_bytes_of_no_encoding_break_their_own_line(deliver: Deliver) -> None:
    file = deliver("a.csv", b"code,name\n1,a\n2,\xff\xfe\n3,c\n")
    assert outcome(file) == [("1", "a"), ReasonCode.INVALID_ENCODING, ("3", "c")]


def test_spoilt_bytes_inside_a_quoted_cell_break_the_whole_record(deliver: Deliver) -> None:
    file = deliver("a.csv", b'code,name\n1,"a\n\xff,\nb"\n2,c\n')
    assert outcome(file) == [ReasonCode.INVALID_ENCODING, ("2", "c")]
    assert broken(file)[0].raw == b'1,"a\n\xff,\nb"'


def test_a_nul_breaks_its_own_line(deliver: Deliver) -> None:
    file = deliver("a.csv", b"code,name\n1,a\n2,b\0b\n3,c\n")
    assert outcome(file) == [("1", "a"), ReasonCode.CONTAINS_NUL, ("3", "c")]
    assert broken(file)[0].reason.column == "name"
    assert broken(file)[0].raw == b"2,b\0b"


@pytest.mark.parametrize("length", [LIMIT + 1, 2 * LIMIT + 1, 10 * LIMIT])
@pytest.mark.parametrize("quote", [b"", b'"'])
def test_a_cell_that_is_too_long_breaks_its_own_line(deliver: Deliver, length: int, quote: bytes) -> None:
    line = b'"2,",' + quote + b"x" * length + quote
    file = deliver("a.csv", b"code,name\n1,a\n" + line + b"\n3,c\n")
    assert outcome(file) == [("1", "a"), ReasonCode.TOO_LONG, ("3", "c")]
    assert broken(file)[0].reason.column == "name"
    assert broken(file)[0].raw == line


def test_a_cell_of_doubled_quotes_is_measured_without_them(deliver: Deliver) -> None:
    file = deliver("a.csv", b'code,name\n1,"' + b'""' * LIMIT + b'"\n')
    assert outcome(file) == [("1", '"' * LIMIT)]


def test_a_cell_of_ten_megabytes_costs_little_more_memory_than_itself(deliver: Deliver) -> None:
    tracemalloc.start()
    try:
        file = deliver("a.csv", b"code,name\n1,a\n2," + b"x" * 10_000_000 + b"\n3,c\n")
        tracemalloc.reset_peak()
        assert outcome(file) == [("1", "a"), ReasonCode.TOO_LONG, ("3", "c")]
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("line", ["2", "2,b,c", "2;b"])
def test_a_wrong_number_of_cells_breaks_its_own_line(deliver: Deliver, line: str) -> None:
    file = deliver("a.csv", f"code,name\n1,a\n{line}\n3,c\n".encode())
    assert outcome(file) == [("1", "a"), ReasonCode.WRONG_NUMBER_OF_CELLS, ("3", "c")]
    assert broken(file)[0].raw == line.encode()


@pytest.mark.parametrize(
    "line",
    [
        b'2,"b',  # never closed
        b'2,"b"b',  # more text after the quote
        b'2,"b\n"x","',  # closed by the next quote by mistake
        b"2,b\rb",  # a line end of its own kind
    ],
)
def test_quotes_that_do_not_match_cost_their_own_line_only(deliver: Deliver, line: bytes) -> None:
    rest = b"".join(b"%d,c\n" % n for n in range(3, 500))
    file = deliver("a.csv", b"code,name\n1,a\n" + line + b"\n" + rest)
    found = outcome(file)
    assert found[:2] == [("1", "a"), ReasonCode.MALFORMED_LINE]
    assert found[-497:] == [(str(n), "c") for n in range(3, 500)]
    assert broken(file)[0].raw == line.split(b"\n")[0]


def test_a_quote_left_open_before_a_huge_line_costs_these_two_lines_only(deliver: Deliver) -> None:
    file = deliver("a.csv", b'code,name\n1,"a\n2,' + b"x" * 10 * LIMIT + b'\n3,c\n4,"d"\n')
    assert outcome(file) == [ReasonCode.MALFORMED_LINE, ReasonCode.TOO_LONG, ("3", "c"), ("4", "d")]


def test_two_stray_quotes_far_apart_do_not_swallow_the_lines_between(deliver: Deliver) -> None:
    file = deliver("a.csv", b'code,name,size\n1,"x,3\n2,y,4\n3,z,5"\n4,w,6\n')
    assert outcome(file) == [ReasonCode.MALFORMED_LINE, ("2", "y", "4"), ("3", "z", '5"'), ("4", "w", "6")]


def test_a_file_that_opens_a_quote_on_every_line_gives_every_line(deliver: Deliver) -> None:
    file = deliver("a.csv", b"code,name\n" + b'x","y\n' * 5_000 + b"1,a\n")
    assert outcome(file) == [ReasonCode.MALFORMED_LINE] * 5_000 + [("1", "a")]


def test_one_file_with_every_fault_still_lands_every_other_line(deliver: Deliver) -> None:
    faults = [b"\xff,x", b"\0,x", b"y" * 5_000 + b",x", b"1", b'"1,x', b'"1"1,x']
    lines = b"".join(b"%d,ok\n%s\n" % (number, fault) for number, fault in enumerate(faults))
    file = deliver("a.csv", b"code,name\n" + lines)
    assert outcome(file)[::2] == [(str(number), "ok") for number in range(len(faults))]
    assert [row.raw for row in broken(file)] == faults
    assert [row.place for row in file.rows()] == list(range(1, 2 * len(faults) + 1))


@pytest.mark.parametrize("header", ["code,code", "code,", ",code", "code, code"])
def test_a_header_must_title_every_column_once(deliver: Deliver, header: str) -> None:
    with pytest.raises(UnreadableFile, match="title"):
        deliver("a.csv", f"{header}\n1,a\n".encode())


@pytest.mark.parametrize("header", [b'"code,name', b"\xff\xfa,name", b"x" * 100_000, b"a\0,b"])
def test_a_header_that_cannot_be_read_refuses_the_file(deliver: Deliver, header: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"header|title"):
        deliver("a.csv", header + b"\n1,a\n")


@pytest.mark.parametrize("after", range(8))
def test_reading_resumes_after_any_place(deliver: Deliver, after: int) -> None:
    file = deliver("a.csv", b'code,name\n1,a\n\n2,"b\nb"\n3\n4,"d\n5,e\n6,f\n')
    assert list(file.rows(after)) == list(file.rows())[after:]


characters = st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from('\r\n\t,;"')
cells = st.text(characters, max_size=20)
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1))


@given(tables, st.sampled_from(",;\t"))
def test_what_a_csv_writer_writes_is_what_is_read(table: list[list[str]], delimiter: str) -> None:
    titles = ["number", *(f"column {number}" for number in range(len(table[0])))]
    lines = [[str(number), *line] for number, line in enumerate(table)]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([titles, *lines])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        path.write_bytes(text.getvalue().encode())
        file = open_one(path)
        assert file.columns == tuple(titles)
        assert outcome(file) == [tuple(line) for line in lines]
