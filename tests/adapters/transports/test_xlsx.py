import json
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.worksheet.formula import ArrayFormula  # type: ignore[import-untyped]

from adapters.transports import Row, RowFile
from hub.errors import UnreadableFile
from hub.intake.delivery import BrokenLine
from hub.reasons import ReasonCode
from tests.adapters.transports.conftest import LIMIT, open_one
from tests.people import id_number

SHEET = "xl/worksheets/sheet1.xml"


def workbook_of(*lines: Sequence[object]) -> Workbook:
    workbook = Workbook()
    for line in lines:
        workbook.worksheets[0].append(line)
    return workbook


def opened(folder: Path, workbook: Workbook) -> RowFile:
    workbook.save(folder / "a.xlsx")
    return open_one(folder / "a.xlsx")


def with_part(path: Path, part: str, content: bytes) -> None:
    """Write the archive anew with one part replaced."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | {part: content}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def part_of(path: Path, part: str) -> bytes:
    with ZipFile(path) as archive:
        return archive.read(part)


def test_cells_keep_the_types_of_the_sheet(tmp_path: Path) -> None:
    moment = datetime(2020, 1, 2, 3, 4)  # noqa: DTZ001 - a sheet knows no zone
    line: list[object] = ["张三", 3.0, 1.5, True, date(2020, 1, 2), moment, time(8, 30), None, "x"]
    file = opened(tmp_path, workbook_of([" 姓名", *"bcdefghi"], line))
    assert file.columns == ("姓名", *"bcdefghi")
    (row,) = file.rows()
    assert isinstance(row, Row)
    assert list(row.cells.values()) == ["张三", 3, 1.5, True, date(2020, 1, 2), moment, "08:30:00", "", "x"]
    assert type(row.cells["b"]) is int
    assert type(row.cells["e"]) is date


def test_the_first_visible_sheet_counts_and_may_begin_anywhere(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.worksheets[0].sheet_state = "hidden"
    workbook.worksheets[0]["A1"] = "=1+1"
    sheet = workbook.create_sheet("名单")
    for place, value in {"C3": "code", "D3": "name", "C5": 1, "D5": "=C5", "C7": 2, "D7": "b"}.items():
        sheet[place] = value
    workbook.create_sheet("其他")["A1"] = "other"
    workbook.active = 1
    first, second = opened(tmp_path, workbook).rows()
    assert isinstance(first, BrokenLine)
    assert (first.place, first.reason.column) == (1, "name")
    assert second == Row(2, {"code": 2, "name": "b"})


def test_a_formula_breaks_its_own_row(tmp_path: Path) -> None:
    lines: list[list[object]] = [["code", "name"], [1, "a"], [2, "=A2"], [3, "c"], ["=1+3", "=A3"]]
    file = opened(tmp_path, workbook_of(*lines))
    first, formula, third, last = file.rows()
    assert (first, third) == (Row(1, {"code": 1, "name": "a"}), Row(3, {"code": 3, "name": "c"}))
    assert isinstance(formula, BrokenLine)
    assert isinstance(last, BrokenLine)
    assert (formula.place, formula.reason.code, formula.reason.column) == (2, ReasonCode.FORMULA, "name")
    assert json.loads(formula.raw) == [2]
    assert (last.place, last.reason.column) == (4, "code")


def test_an_array_formula_breaks_every_row_it_writes_to(tmp_path: Path) -> None:
    workbook = workbook_of(["code", "name"], [1, "a"], [2, "b"], [3, "c"])
    workbook.worksheets[0]["B2"] = ArrayFormula("B2:B3", "=A2:A3")
    workbook.worksheets[0]["B3"] = "cached"
    rows = opened(tmp_path, workbook).rows()
    assert [isinstance(row, BrokenLine) for row in rows] == [True, True, False]


def test_an_array_formula_over_a_million_rows_breaks_only_rows_that_are_there(tmp_path: Path) -> None:
    workbook = workbook_of(["code", "name"], [1, "a"], [2, "b"], [3, "c"])
    workbook.worksheets[0]["C2"] = ArrayFormula("C2:C1048576", "=A2:A1048576")
    assert [type(row) for row in opened(tmp_path, workbook).rows()] == [BrokenLine, BrokenLine, BrokenLine]


def test_a_sheet_that_is_calculated_throughout_is_refused_instead_of_filling_quarantine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.transports.workbook.MOST_SPOILT", 3)
    three: list[list[object]] = [["code", "name"], *([number, "=A1"] for number in range(3))]
    assert len(list(opened(tmp_path, workbook_of(*three)).rows())) == 3
    with pytest.raises(UnreadableFile, match="more than 3 of its rows hold formulas"):
        opened(tmp_path, workbook_of(*three, [4, "=A1"]))


def test_sheets_that_are_not_read_are_told_of_unless_they_are_empty(tmp_path: Path) -> None:
    workbook = workbook_of(["code"], [1])
    workbook.create_sheet("Sheet2")
    workbook.create_sheet("其他")["A1"] = "other"
    workbook.create_sheet("代码")["A1"] = "=1+1"
    workbook.worksheets[-1].sheet_state = "veryHidden"
    other, hidden = opened(tmp_path, workbook).remarks
    assert other.startswith("The sheet 其他 holds something and was not read")
    assert hidden.startswith("The hidden sheet 代码 holds something and was not read")


def test_a_sheet_named_after_a_person_is_told_of_without_their_number(tmp_path: Path) -> None:
    workbook = workbook_of(["code"], [1])
    workbook.create_sheet(id_number(1))["A1"] = "other"
    (remark,) = opened(tmp_path, workbook).remarks
    assert id_number(1) not in remark


def peak_of_opening(path: Path) -> int:
    """What a process of its own takes at most to open a workbook, beyond what it takes to start, in bytes."""
    script = (
        "import resource, sys; from pathlib import Path; from tests.adapters.transports.conftest import open_one\n"
        "from hub.errors import UnreadableFile\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: open_one(Path(sys.argv[1]))\n"
        "except UnreadableFile as error: print(error.message)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    run = subprocess.run([sys.executable, "-c", script, path], check=True, capture_output=True, text=True)
    message, peak = run.stdout.splitlines()
    assert "holds more than 1048576 characters" in message
    return int(peak) * 1024


def with_shared_texts(path: Path) -> None:
    """Write the workbook anew as spreadsheet programs do: each text once, and its number in the cells that show it."""
    texts: dict[bytes, int] = {}

    def shared(cell: re.Match[bytes]) -> bytes:
        return b' t="s"><v>%d</v>' % texts.setdefault(cell[1], len(texts))

    sheet = re.sub(rb' t="inlineStr"><is><t>([^<]*)</t></is>', shared, part_of(path, SHEET))
    with_part(path, SHEET, sheet)
    items = b"".join(b"<si><t>%s</t></si>" % text for text in texts)
    name = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with_part(path, "xl/sharedStrings.xml", b'<sst xmlns="%s">%s</sst>' % (name, items))


def test_texts_that_cells_share_are_read_like_others(tmp_path: Path) -> None:
    opened(tmp_path, workbook_of(["code", "姓名"], ["1", "张三"], ["2", "张三"]))
    with_shared_texts(tmp_path / "a.xlsx")
    rows = open_one(tmp_path / "a.xlsx").rows()
    assert list(rows) == [Row(1, {"code": "1", "姓名": "张三"}), Row(2, {"code": "2", "姓名": "张三"})]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("megabytes", [30, pytest.param(200, marks=pytest.mark.slow)])
def test_a_huge_cell_is_refused_before_it_takes_the_memory(tmp_path: Path, *, shared: bool, megabytes: int) -> None:
    path = tmp_path / "a.xlsx"
    opened(tmp_path, workbook_of(["name"], ["huge"]))
    if shared:
        with_shared_texts(path)
    part = "xl/sharedStrings.xml" if shared else SHEET
    with_part(path, part, part_of(path, part).replace(b"huge", b"x" * (megabytes << 20)))
    assert peak_of_opening(path) < 16 << 20


def test_a_text_that_many_cells_share_counts_for_each_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path, workbook_of(["name"], *(["x" * 300] for _ in range(4))))
    with_shared_texts(tmp_path / "a.xlsx")
    monkeypatch.setattr("adapters.transports.workbook.MOST_TEXT", 1_000)
    with pytest.raises(UnreadableFile, match="its cells hold more than 1000 characters"):
        open_one(tmp_path / "a.xlsx")


def test_a_tag_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.transports.workbook.LONGEST_TAG", 1 << 20)
    path = tmp_path / "a.xlsx"
    opened(tmp_path, workbook_of(["a"], [1]))
    with_part(path, SHEET, part_of(path, SHEET).replace(b"<sheetData>", b'<sheetData x="' + b"x" * (3 << 20) + b'">'))
    with pytest.raises(UnreadableFile, match="never ends"):
        open_one(path)


def test_an_error_value_breaks_its_own_row_instead_of_looking_empty(tmp_path: Path) -> None:
    error, row = opened(tmp_path, workbook_of(["code", "name"], [1, "#N/A"], [2, "b"])).rows()
    assert isinstance(error, BrokenLine)
    assert (error.reason.code, error.reason.column) == (ReasonCode.MALFORMED_LINE, "name")
    assert row == Row(2, {"code": 2, "name": "b"})


def test_an_id_number_kept_as_a_number_is_broken_for_it_has_lost_its_end(tmp_path: Path) -> None:
    bad, good = opened(tmp_path, workbook_of(["id"], [110101199001011237], ["110101199001011237"])).rows()
    assert isinstance(bad, BrokenLine)
    assert bad.reason.column == "id"
    assert "15 digits" in bad.reason.en
    assert good == Row(2, {"id": "110101199001011237"})


def test_rows_are_filled_up_to_the_header_and_never_cut(tmp_path: Path) -> None:
    short, blank, long = opened(tmp_path, workbook_of(["a", "b"], [1], [None], [False], [3, 4, 5])).rows()
    assert short == Row(1, {"a": 1, "b": ""})
    assert blank == Row(2, {"a": False, "b": ""})
    assert isinstance(long, BrokenLine)
    assert (long.place, long.reason.code, long.raw) == (3, ReasonCode.WRONG_NUMBER_OF_CELLS, b"[3.0,4.0,5.0]")


def test_a_cell_that_is_too_long_breaks_its_own_row(tmp_path: Path) -> None:
    bad, good = opened(tmp_path, workbook_of(["a"], ["x" * (LIMIT + 1)], ["y"])).rows()
    assert isinstance(bad, BrokenLine)
    assert bad.reason.code is ReasonCode.TOO_LONG
    assert good == Row(2, {"a": "y"})


def test_progress_and_resuming_go_by_rows(tmp_path: Path) -> None:
    file = opened(tmp_path, workbook_of(["a"], [1], ["=A1"], [3], [4]))
    everything = list(file.rows())
    assert file.position == file.size
    for after in range(6):
        assert list(file.rows(after)) == everything[after:]


@pytest.mark.parametrize("lines", [[], [["a", "b"]], [["a", "a"], [1, 2]], [["a", None, "c"], [1, 2, 3]]])
def test_a_sheet_without_a_sound_header_and_a_data_row_is_refused(tmp_path: Path, lines: list[list[object]]) -> None:
    with pytest.raises(UnreadableFile, match=r"title|no data line"):
        opened(tmp_path, workbook_of(*lines))


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"code,name\n1,a\n")
    with pytest.raises(UnreadableFile, match="no workbook at all"):
        open_one(tmp_path / "a.xlsx")


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
@pytest.mark.parametrize("content", [b"", b"<a><b>", b"<a/>", b"\xff\xfe\x00"])
def test_a_damaged_workbook_is_refused(tmp_path: Path, part: str, content: bytes) -> None:
    opened(tmp_path, workbook_of(["a"], [1]))
    with_part(tmp_path / "a.xlsx", part, content)
    with pytest.raises(UnreadableFile):
        open_one(tmp_path / "a.xlsx")


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    opened(tmp_path, workbook_of(["a"], [1]))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UnreadableFile, match="damaged"):
        open_one(path)


def test_a_document_type_is_refused_before_any_entity_is_expanded(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    opened(tmp_path, workbook_of(["a"], [1]))
    with_part(path, SHEET, b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + part_of(path, SHEET))
    with pytest.raises(UnreadableFile, match="document type"):
        open_one(path)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path, workbook_of(["a"], [1]))
    with_part(tmp_path / "a.xlsx", "xl/media/image1.png", bytes(1 << 20))
    monkeypatch.setattr("adapters.transports.workbook.MOST_BYTES", 1 << 20)
    with pytest.raises(UnreadableFile, match="unpacked it is larger than 1 MiB"):
        open_one(tmp_path / "a.xlsx")


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    opened(tmp_path, workbook_of(["a"], *([number] for number in range(5_000))))
    sheet = part_of(path, SHEET)
    understated = struct.pack("<I", 1_000), struct.pack("<I", zlib.crc32(sheet[:1_000]))
    archive = path.read_bytes()
    for told, lie in zip(
        (struct.pack("<I", len(sheet)), struct.pack("<I", zlib.crc32(sheet))), understated, strict=True
    ):
        archive = archive.replace(told, lie)
    path.write_bytes(archive)
    with pytest.raises(UnreadableFile):
        open_one(path)


def test_an_archive_with_one_part_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    opened(tmp_path, workbook_of(["a"], [1]))
    with ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, archive.read(SHEET))
    with pytest.raises(UnreadableFile, match="twice"):
        open_one(path)


def test_two_cells_at_the_far_corners_are_refused_before_they_take_the_memory(tmp_path: Path) -> None:
    workbook = workbook_of(["a"], [1])
    workbook.worksheets[0]["XFD1048576"] = "far away"
    with pytest.raises(UnreadableFile, match="too far apart"):
        opened(tmp_path, workbook)


def test_a_workbook_without_a_visible_sheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    opened(tmp_path, workbook_of(["a"], [1]))
    part = "xl/workbook.xml"
    with_part(path, part, part_of(path, part).replace(b'state="visible"', b'state="hidden"'))
    with pytest.raises(UnreadableFile, match="no visible sheet"):
        open_one(path)
