import gzip
import hashlib
import os
from pathlib import Path

import pytest

from adapters.transports import Row
from hub.errors import FileNotOpened, UnreadableFile
from hub.intake.delivery import BrokenLine
from hub.reasons import ReasonCode
from tests.adapters.transports.conftest import Deliver, open_one


def test_a_file_is_known_by_its_bytes(deliver: Deliver) -> None:
    content = "姓名,性别\n张三,男\n".encode()
    file = deliver("户籍.CSV", content)
    assert file.format == "CSV"
    assert file.size == len(content)
    assert file.digest == hashlib.blake2b(content, digest_size=32).digest()


def test_progress_ends_at_the_size_of_the_file(deliver: Deliver) -> None:
    file = deliver("a.csv", b"code,name\n1,a\n2,b\n")
    rows = file.rows()
    next(rows)
    assert 0 < file.position < file.size
    assert [row.place for row in rows] == [2]
    assert file.position == file.size


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.ndjson", "a.xlsx"])
@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(deliver: Deliver, name: str, content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        deliver(name, content)


def test_a_file_without_a_data_line_is_refused(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="no data line"):
        deliver("a.csv", b"code,name\n\n,\n")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotOpened, match=r"missing\.csv cannot be opened: No such file or directory"):
        open_one(tmp_path / "missing.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotOpened, match="it is a folder"):
        open_one(tmp_path)


def test_an_unknown_extension_is_refused_and_told_the_known_ones(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match=r"must end in \.csv, \.xlsx, \.jsonl, \.ndjson"):
        deliver("a.pdf", b"code,name\n1,a\n")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_binary_data_in_a_text_file_is_refused(deliver: Deliver, name: str) -> None:
    with pytest.raises(UnreadableFile, match="binary data"):
        deliver(name, b"code,name\n" + os.urandom(4_000))


def test_a_workbook_named_csv_is_refused_with_its_right_name(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match=r"rename it to end in \.xlsx or \.zip"):
        deliver("a.csv", b"PK\x03\x04 and more")


def test_an_old_workbook_named_xlsx_is_refused(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="old or locked workbook"):
        deliver("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more")


def test_a_packed_file_without_its_second_extension_is_refused_with_its_right_name(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match=r"rename it to end in \.gz"):
        deliver("a.csv", gzip.compress(b"code,name\n1,a\n"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_with_a_mark_and_without(deliver: Deliver, encoding: str) -> None:
    with pytest.raises(UnreadableFile, match="UTF-16"):
        deliver("a.csv", "code,姓名\n0001,abc张三\n".encode(encoding))


def test_columns_in_another_order_than_last_month_are_the_same_rows(deliver: Deliver) -> None:
    january = deliver("1.csv", b"code,name\n1,a\n")
    february = deliver("2.csv", b"name,code\na,1\n")
    assert list(january.rows()) == list(february.rows())


def test_a_csv_file_that_was_cut_off_breaks_its_last_line_alone(deliver: Deliver) -> None:
    first, last = deliver("a.csv", b'code,name\n1,a\n2,"b').rows()
    assert first == Row(1, {"code": "1", "name": "a"})
    assert isinstance(last, BrokenLine)
    assert (last.place, last.reason.code, last.raw) == (2, ReasonCode.MALFORMED_LINE, b'2,"b')


def test_a_json_lines_file_that_was_cut_off_breaks_its_last_line_alone(deliver: Deliver) -> None:
    first, last = deliver("a.jsonl", b'{"code":"1"}\n{"code":"2').rows()
    assert first == Row(1, {"code": "1"})
    assert isinstance(last, BrokenLine)
    assert last.reason.code is ReasonCode.MALFORMED_LINE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"code\n1\n")
    path.chmod(0)
    with pytest.raises(FileNotOpened, match="cannot be opened"):
        open_one(path)


def test_a_refusal_never_repeats_what_stands_in_the_file(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        deliver("a.csv", "王小明,11010119900101123X,王小明\n李四,x,y\n".encode())
    assert "columns 1 and 3 have the same title" in refusal.value.message
    assert "王小明" not in refusal.value.message


def test_rows_can_be_read_twice(deliver: Deliver) -> None:
    file = deliver("a.csv", b"code,name\n1,a\n")
    assert list(file.rows()) == list(file.rows()) == [Row(1, {"code": "1", "name": "a"})]
