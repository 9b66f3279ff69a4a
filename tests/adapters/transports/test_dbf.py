"""Tables of dBase and FoxPro, byte by byte as those programs write them."""

import gzip
import struct
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from adapters.transports import Row
from hub.errors import UnreadableFile
from hub.intake.delivery import BrokenLine
from hub.reasons import ReasonCode
from tests.adapters.transports.conftest import Deliver, open_one

Column = tuple[str, str, int]
PEOPLE: Sequence[Column] = (("编码", "C", 6), ("姓名", "C", 10))
NULLABLE, HIDDEN = 2, 1


def dbf(
    columns: Sequence[Column],
    rows: Sequence[bytes],
    *,
    version: int = 0x03,
    mark: int = 0x4D,
    encoding: str = "gb18030",
    flags: Sequence[int] = (),
    count: int | None = None,
) -> bytes:
    """A table; a row begins with the byte that says whether it was deleted."""
    header_length = 32 + 32 * len(columns) + 1
    row_length = 1 + sum(length for _, _, length in columns)
    told = len(rows) if count is None else count
    head = struct.pack("<B3xIHH17xB2x", version, told, header_length, row_length, mark)
    for place, (title, kind, length) in enumerate(columns):
        flag = flags[place] if flags else 0
        name = title.encode(encoding)[:10]
        head += struct.pack("<11sc4xBBB13x", name, kind.encode(), length % 256, length // 256, flag)
    return head + b"\r" + b"".join(rows) + b"\x1a"


def person(code: str, name: str, encoding: str = "gb18030", deleted: bytes = b" ") -> bytes:
    return deleted + code.encode().ljust(6) + name.encode(encoding).ljust(10)


ROWS = [person("01", "张三"), person("02", "李四", deleted=b"*"), person("03", "")]


def test_rows_come_at_the_record_numbers_of_the_table_without_the_deleted(deliver: Deliver) -> None:
    file = deliver("a.DBF", dbf(PEOPLE, ROWS))
    assert (file.format, file.columns) == ("DBF", ("编码", "姓名"))
    assert list(file.rows()) == [Row(1, {"编码": "01", "姓名": "张三"}), Row(3, {"编码": "03", "姓名": ""})]
    for after in range(4):
        assert [row.place for row in file.rows(after)] == [place for place in (1, 3) if place > after]


def test_a_packed_table_is_the_same_delivery(deliver: Deliver) -> None:
    plain, packed = deliver("a.dbf", dbf(PEOPLE, ROWS)), deliver("a.dbf.gz", gzip.compress(dbf(PEOPLE, ROWS)))
    assert (list(packed.rows()), packed.digest) == (list(plain.rows()), plain.digest)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_without_a_code_page_mark_the_rows_say_what_they_are_in(deliver: Deliver, encoding: str) -> None:
    rows = [person("01", "张三", encoding), person("02", "李四", encoding)]
    first, _ = deliver("a.dbf", dbf(PEOPLE, rows, mark=0x03, encoding=encoding)).rows()
    assert first == Row(1, {"编码": "01", "姓名": "张三"})


def test_a_table_in_another_code_page_is_refused(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="its code page is marked 0x78; export it in code page 936"):
        deliver("a.dbf", dbf(PEOPLE, ROWS, mark=0x78))


def test_a_row_that_is_not_in_the_code_page_is_broken_alone(deliver: Deliver) -> None:
    bad, good = deliver("a.dbf", dbf(PEOPLE, [b" 01    \xff\xff" + b" " * 8, ROWS[0]])).rows()
    assert isinstance(bad, BrokenLine)
    assert bad.reason.code is ReasonCode.INVALID_ENCODING
    assert good == Row(2, {"编码": "01", "姓名": "张三"})


def test_every_kind_of_field_is_read_as_it_was_meant(deliver: Deliver) -> None:
    columns = [("n", "N", 18), ("f", "F", 8), ("d", "D", 8), ("l", "L", 1)]
    columns += [("i", "I", 4), ("b", "B", 8), ("y", "Y", 8), ("t", "T", 8)]
    stored = b" 11010119900101123412.50   20240229T"
    noon_of_2024_02_29 = struct.pack("<II", 2_460_370, 12 * 3_600_000)
    stored += struct.pack("<idq", -5, 1.5, 123_400) + noon_of_2024_02_29
    blank = b" " + b" " * 35 + bytes(28)
    full, empty = deliver("a.dbf", dbf(columns, [stored, blank], version=0x30)).rows()
    assert isinstance(full, Row)
    noon = datetime(2024, 2, 29, 12)  # noqa: DTZ001 - FoxPro knows no zone
    assert list(full.cells.values()) == ["110101199001011234", "12.50", "20240229", True, -5, 1.5, "12.3400", noon]
    assert isinstance(empty, Row)
    assert list(empty.cells.values()) == ["", "", "", "", 0, 0.0, "0.0000", ""]


def test_a_field_that_is_null_is_empty_and_not_zero(deliver: Deliver) -> None:
    columns = [("code", "C", 2), ("i", "I", 4), ("c", "C", 2), ("_NullFlags", "0", 1)]
    rows = [b" 01" + struct.pack("<i", 0) + b"xx\x01", b" 02" + struct.pack("<i", 7) + b"xx\x02"]
    file = deliver("a.dbf", dbf(columns, rows, version=0x30, flags=(0, NULLABLE, NULLABLE, HIDDEN)))
    assert list(file.rows()) == [Row(1, {"code": "01", "i": "", "c": "xx"}), Row(2, {"code": "02", "i": 7, "c": ""})]


@pytest.mark.parametrize("field", [b"*" * 8, b"  1.2.3 ", b"12a     "])
def test_a_number_that_did_not_fit_its_field_breaks_its_row(deliver: Deliver, field: bytes) -> None:
    (row,) = deliver("a.dbf", dbf([("n", "N", 8)], [b" " + field])).rows()
    assert isinstance(row, BrokenLine)
    assert (row.reason.code, row.reason.column) == (ReasonCode.MALFORMED_LINE, "n")


@pytest.mark.parametrize(("kind", "version"), [("M", 0x83), ("G", 0x30), ("B", 0x8B)])
def test_a_memo_is_refused_because_it_lies_in_another_file(deliver: Deliver, kind: str, version: int) -> None:
    with pytest.raises(UnreadableFile, match="it has a memo field"):
        deliver("a.dbf", dbf([("n", "C", 2), ("m", kind, 10)], [b" 01" + b" " * 10], version=version))


@pytest.mark.parametrize("kind", "LIBYTD")
def test_a_field_that_is_not_as_long_as_its_kind_is_refused(deliver: Deliver, kind: str) -> None:
    with pytest.raises(UnreadableFile, match="a field of the kind"):
        deliver("a.dbf", dbf([("n", kind, 3)], [b" 123"], version=0x30))


def test_a_kind_of_field_that_nobody_knows_is_refused(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="a field of the kind 'Z'"):
        deliver("a.dbf", dbf([("n", "Z", 2)], [b" 01"]))


@pytest.mark.parametrize("extension", [".dbf", ".dbf.gz"])
def test_a_table_that_is_cut_off_is_refused(tmp_path: Path, extension: str) -> None:
    content = dbf(PEOPLE, ROWS)
    for kept in range(33, len(content) - 1, 7):
        path = tmp_path / f"a{extension}"
        path.write_bytes(gzip.compress(content[:kept]) if extension == ".dbf.gz" else content[:kept])
        with pytest.raises(UnreadableFile):
            open_one(path)


def test_rows_that_the_header_does_not_tell_of_are_not_lost_in_silence(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="more rows than its header tells of"):
        deliver("a.dbf", dbf(PEOPLE, ROWS, count=2))


def test_what_is_no_table_is_refused(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="no table of dBase"):
        deliver("a.dbf", b"code,name\n1,a\n" * 10)


def test_a_table_of_deleted_rows_holds_nothing(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="no data line"):
        deliver("a.dbf", dbf(PEOPLE, [ROWS[1]]))
