"""`hub quarantine`: what is listed, shown, mended, dismissed and exported, and that an exported file loads again."""

import stat
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]

from hub.catalog import Model
from hub.intake.submission import Intake
from hub.store.pool import Database
from hub.store.quarantine import LineStatus, RefusedLine, WantedLines, page
from hub.vault.cipher import Vault
from tests.cli.running import call_hub
from tests.offices import Office
from tests.people import id_number

Environment = dict[str, object]
REGISTER = "household_registration"


async def waiting(database: Database) -> dict[int, RefusedLine]:
    """The open lines by their place."""
    async with database.connection() as connection:
        found = await page(connection, WantedLines(status=LineStatus.OPEN), None, None, 100)
    return {line.line_id.place: line for line in found}


def deliver(folder: Path, hub: Environment, *rows: str) -> None:
    file = folder / "人口2024.csv"
    file.write_text("\n".join(["公民身份号码,姓名,户籍信息状态,单位备注", *rows]), encoding="utf-8")
    assert call_hub("load", REGISTER, file, **hub)[0] == 1


async def test_a_line_is_listed_shown_mended_and_dismissed(
    tmp_path: Path, hub: Environment, database: Database
) -> None:
    deliver(tmp_path, hub, f"{id_number(1)},甲,迁移中,=1+1", f"{id_number(2)},乙", f"{id_number(3)}?,丙,,", ",丁,,")
    lines = {place: str(line.line_id) for place, line in (await waiting(database)).items()}
    code, output = call_hub("quarantine", "--register", REGISTER, **hub)
    assert code == 0
    for told in ("UNKNOWN_CODE", "人口2024.csv", "GZ-Detail", "MISSING_KEY"):
        assert told in output
    assert id_number(1) not in output
    code, output = call_hub("quarantine", "show", lines[1], **hub)
    assert (code, id_number(1) in output, "迁移中" in output) == (0, True, True)

    values = tmp_path / "values.json"
    values.write_text('{"户籍信息状态": "正常"}', encoding="utf-8")
    code, output = call_hub("quarantine", "mend", lines[1], "--values", values, **hub)
    assert (code, output.strip()) == (0, "CREATED")
    code, output = call_hub("quarantine", "mend", lines[4], "--values", values, **hub)
    assert (code, output.startswith("QUARANTINED: 缺少主键")) == (1, True)
    code, output = call_hub("quarantine", "dismiss", lines[4], lines[3], "--words", "a test", **hub)
    assert (code, output.strip()) == (0, "2 lines dismissed")
    assert set(await waiting(database)) == {2}
    async with database.connection() as connection:
        rows = await connection.fetch("select operation, officer, agency from audit.access_log order by at")
    assert {(row["officer"], row["agency"]) for row in rows} == {("hub quarantine", "PUBLIC_SECURITY")}
    assert [row["operation"] for row in rows][:2] == ["show quarantined", "mend quarantined"]


async def test_an_exported_workbook_loads_again_once_it_is_mended(
    tmp_path: Path, hub: Environment, database: Database, vault: Vault, model: Model
) -> None:
    deliver(tmp_path, hub, f"{id_number(1)},=甲,迁移中,@备注", f"{id_number(2)}9,乙,,", f"{id_number(3)},丙,正常,")
    workbook = tmp_path / "退回.xlsx"
    code, output = call_hub("quarantine", "export", workbook, "--register", REGISTER, **hub)
    assert (code, output.startswith("2 lines in")) == (0, True), output
    assert stat.S_IMODE(workbook.stat().st_mode) == 0o600
    book = openpyxl.load_workbook(workbook)
    header, *rows = ([cell.value for cell in row] for row in book.active.rows)
    assert header[:2] == ["退回原因", "reason"]
    assert {"公民身份号码", "姓名", "户籍信息状态", "单位备注", "变更时间"} <= set(header)
    assert {row[0] for row in rows} == {
        "「户籍信息状态」的代码不在代码表 household_status 中",
        "「公民身份号码」号码格式不正确",
    }
    for row in book.active.iter_rows(min_row=2):
        cells = dict(zip(header, row, strict=True))
        assert cells["姓名"].data_type != "f"
        cells["户籍信息状态"].value = "正常"
        cells["公民身份号码"].value = cells["公民身份号码"].value[:18]
    book.save(workbook)
    code, output = call_hub("load", REGISTER, workbook, **hub)
    assert (code, "2 " in output, "退回原因" in output) == (0, True, True), output
    views = await Office(Intake(database, model, vault)).views()
    assert {items["name"] for _, items, _ in views.values()} == {"=甲", "乙", "丙"}
    assert await waiting(database) == {}  # each has been delivered anew, though one had no number to know it by


async def test_what_a_line_said_there_is_none_of_is_said_again_by_the_workbook(
    tmp_path: Path, hub: Environment, database: Database, vault: Vault, model: Model
) -> None:
    first, second = tmp_path / "一月.jsonl", tmp_path / "二月.jsonl"
    first.write_text(f'{{"公民身份号码": "{id_number(1)}", "姓名": "甲", "民族": "汉族"}}\n', encoding="utf-8")
    said = (
        f'{{"公民身份号码": "{id_number(1)}", "姓名": "甲", "民族": null, "单位备注": "", "户籍信息状态": "迁移中"}}\n'
    )
    second.write_text(said, encoding="utf-8")
    assert call_hub("load", REGISTER, first, "--stated-on", "2024-01-01", **hub)[0] == 0
    assert call_hub("load", REGISTER, second, "--stated-on", "2024-02-01", **hub)[0] == 1
    workbook = tmp_path / "退回.xlsx"
    assert call_hub("quarantine", "export", workbook, "--register", REGISTER, **hub)[0] == 0
    book = openpyxl.load_workbook(workbook)
    header, (row,) = [cell.value for cell in book.active[1]], book.active.iter_rows(min_row=2)
    cells = dict(zip(header, row, strict=True))
    assert (cells["明确为无"].value, cells["民族"].value) == ("民族", None)
    cells["户籍信息状态"].value = "正常"
    book.save(workbook)
    code, output = call_hub("load", REGISTER, workbook, **hub)
    assert code == 0, output
    _, items, _ = await Office(Intake(database, model, vault)).only_view()
    assert items["ethnicity"] is None


async def test_what_names_no_line_is_refused_in_one_line(hub: Environment, tmp_path: Path) -> None:
    for words, problem in (
        (("show", "nothing"), "No line nothing"),
        (("export", tmp_path / "x.xlsx", "--register", "nothing"), "There is no register named nothing"),
    ):
        code, output = call_hub("quarantine", *words, **hub)
        assert (code, problem in output, "Traceback" in output) == (2, True, False), output


def test_a_file_that_is_named_after_somebody_is_refused(tmp_path: Path, hub: Environment) -> None:
    for name in (f"{id_number(1)}.csv", f"户籍 {id_number(1)} 2.csv"):
        file = tmp_path / name
        file.write_text(f"公民身份号码,姓名\n{id_number(1)},甲\n", encoding="utf-8")
        code, output = call_hub("load", REGISTER, file, **hub)
        assert (code, "its name holds an ID number" in output, id_number(1) in output) == (2, True, False)
    dated = tmp_path / "户籍 20240101-20240131 20240201123000.csv"
    dated.write_text(f"公民身份号码,姓名\n{id_number(1)},甲\n", encoding="utf-8")
    assert call_hub("load", REGISTER, dated, **hub)[0] == 0
