"""Texts whose columns are bytes of a line, as a layout beside the file says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.transports import Row, RowFile
from adapters.transports.files import open_files
from adapters.transports.fixed_width_file import read_layout
from hub.errors import FileNotOpened, UnreadableFile
from hub.intake.delivery import BrokenLine
from tests.adapters.transports.conftest import LIMITS, Deliver
from tests.documents import read, snippets

LAYOUT = """
[[column]]
title = "编码"
start = 1
width = 4

[[column]]
title = "姓名"
start = 7
width = 10
"""
Laid = Callable[..., RowFile]


@pytest.fixture
def laid(tmp_path: Path) -> Laid:
    """Write a text as a department would send it, and open it with a layout."""

    def write_and_open(content: bytes, layout: str = LAYOUT) -> RowFile:
        (tmp_path / "a.txt").write_bytes(content)
        (tmp_path / "layout.toml").write_text(layout, encoding="utf-8")
        (file,) = open_files(tmp_path / "a.txt", LIMITS, read_layout(tmp_path / "layout.toml"))
        return file

    return write_and_open


def line(code: str, name: str, encoding: str = "gb18030") -> bytes:
    return code.encode().ljust(4) + b"--" + name.encode(encoding).ljust(10)


def test_widths_count_bytes_so_that_a_chinese_character_takes_two(laid: Laid) -> None:
    file = laid(b"\r\n".join([line("01", "张三"), line("02", "欧阳春"), b"", line("03", ""), b"\x1a"]))
    assert file.columns == ("编码", "姓名")
    assert list(file.rows()) == [
        Row(1, {"编码": "01", "姓名": "张三"}),
        Row(2, {"编码": "02", "姓名": "欧阳春"}),
        Row(3, {"编码": "03", "姓名": ""}),
    ]
    for after in range(4):
        assert [row.place for row in file.rows(after)] == [1, 2, 3][after:]


def test_a_layout_says_the_encoding_and_the_lines_to_skip(laid: Laid) -> None:
    content = "编码  姓名\n".encode() + line("01", "张三", "utf-8")
    (row,) = laid(content, 'encoding = "UTF-8"\nskip = 1\n' + LAYOUT).rows()
    assert row == Row(1, {"编码": "01", "姓名": "张三"})


@pytest.mark.parametrize("wrong", [line("01", "张三") + b"x", line("01", "张三")[:-1], b"01"])
def test_a_line_of_another_length_breaks_alone(laid: Laid, wrong: bytes) -> None:
    bad, good = laid(wrong + b"\n" + line("02", "李四")).rows()
    assert isinstance(bad, BrokenLine)
    assert f"it is {len(wrong)} bytes long, and its layout says 16" in bad.reason.en
    assert good == Row(2, {"编码": "02", "姓名": "李四"})


def test_where_the_layout_allows_it_a_line_may_end_early(laid: Laid) -> None:
    file = laid(line("01", "张三").rstrip() + b"\n02\n", "short = true\n" + LAYOUT)
    assert list(file.rows()) == [Row(1, {"编码": "01", "姓名": "张三"}), Row(2, {"编码": "02", "姓名": ""})]


def test_a_column_that_ends_inside_a_character_breaks_its_line(laid: Laid) -> None:
    (row,) = laid(b"0123--" + "欧阳春".encode("gb18030").rjust(11)[:10]).rows()
    assert isinstance(row, BrokenLine)
    assert row.reason.column == "姓名"
    assert "inside a character" in row.reason.en


@pytest.mark.parametrize(
    ("layout", "problem"),
    [
        ("", "missing required field `column`"),
        ("column = []", "length >= 1"),
        (LAYOUT.replace("start = 7", "start = 4"), "the columns 编码 and 姓名 lie over each other"),
        (LAYOUT.replace("start = 7", "start = 0"), ">= 1"),
        (LAYOUT.replace("width", "length"), "unknown field `length`"),
        (LAYOUT.replace("姓名", "编码"), "have the same title"),
        ('encoding = "BIG5"\n' + LAYOUT, "Invalid enum value"),
        ("[[column", "layout"),
    ],
)
def test_a_layout_that_cannot_be_followed_is_refused(laid: Laid, layout: str, problem: str) -> None:
    with pytest.raises(UnreadableFile, match=problem):
        laid(line("01", "张三"), layout)


def test_a_layout_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotOpened, match="No such file"):
        read_layout(tmp_path / "layout.toml")


def test_the_layout_that_the_documentation_shows_can_be_followed(laid: Laid) -> None:
    (layout,) = (text for text in snippets(read("docs/files.md"), "toml") if "[[column]]" in text)
    (row,) = laid(b"\n11010519491231002X" + "张三".encode("gb18030").ljust(30), layout).rows()
    assert row == Row(1, {"公民身份号码": "11010519491231002X", "姓名": "张三"})


def test_a_text_without_a_layout_is_refused_and_told_where_to_give_one(deliver: Deliver) -> None:
    with pytest.raises(UnreadableFile, match="give its layout, with --layout"):
        deliver("a.txt", line("01", "张三"))
