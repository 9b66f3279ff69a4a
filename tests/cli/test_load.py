"""`hub load`: what lands, what is kept in quarantine whole, and what is refused before anything is written."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from hub.catalog import Model
from hub.clock import SHANGHAI, now
from hub.intake.submission import Intake
from hub.reasons import ReasonCode
from hub.store.pool import Database
from hub.store.quarantine import LineId
from hub.store.statistics import refresh_statistics
from hub.vault.cipher import Vault
from tests.cli.running import call_hub, run_hub
from tests.offices import Office
from tests.people import id_number

Environment = dict[str, object]
REGISTER = "household_registration"
HEADER = "公民身份号码,姓名,户籍信息状态,注销日期,性别"
TEN_MEGABYTES = "长" * (10 * 1024 * 1024 // 3)


def wrong(number: str) -> str:
    """The number with a check digit that does not fit."""
    return number[:-1] + ("0" if number[-1] != "0" else "1")


def line(place: int, *, number: str | None = None, name: str = "某", status: str = "", cancelled: str = "") -> bytes:
    return ",".join([id_number(place) if number is None else number, name, status, cancelled, "男"]).encode()


BAD_LINES: Mapping[ReasonCode, bytes] = {
    ReasonCode.WRONG_CHECK_DIGIT: line(11, number=wrong(id_number(11))),
    ReasonCode.IMPOSSIBLE_DATE: line(12, cancelled="2023-02-29"),
    ReasonCode.UNKNOWN_CODE: line(13, status="迁移中"),
    ReasonCode.MISSING_KEY: line(14, number=""),
    ReasonCode.DUPLICATE_KEY: line(1, name="重"),
    ReasonCode.INVALID_ENCODING: line(15, name="坏").replace("坏".encode(), b"\xff\xfe"),
    ReasonCode.CONTAINS_NUL: line(16, name="甲\0乙"),
    ReasonCode.TOO_LONG: line(17, name=TEN_MEGABYTES),
    ReasonCode.WRONG_NUMBER_OF_CELLS: line(18) + b",1",
    ReasonCode.IDENTITY_IN_TEXT: line(19, name=id_number(3)),
}
"""One line for each way in which a line can be bad, all after ten good ones."""


async def raw_lines(database: Database, vault: Vault) -> dict[str, tuple[bytes, str, str]]:
    """Every line in quarantine by its reason: the line itself, opened, and the reason in both languages."""
    async with database.connection() as connection:
        rows = await connection.fetch("select * from quarantine join vault.raw using (submission_id, place)")
    return {
        row["reason"]: (
            vault.open(
                row["key_id"],
                row["line_encrypted"],
                row["submission_id"].bytes,
                LineId(row["submission_id"], row["place"]).subject,
            ),
            row["reason_zh"],
            row["reason_en"],
        )
        for row in rows
    }


async def test_a_file_carries_the_reason_for_which_it_ends_records(
    tmp_path: Path, hub: Environment, database: Database
) -> None:
    file = tmp_path / "人口.csv"
    file.write_text(f"公民身份号码,姓名,操作\n{id_number(1)},某,终止\n", encoding="utf-8")
    assert run_hub("load", REGISTER, file, "--reason", f"见 {id_number(1)}", **hub)[0] == 2
    code, output = run_hub("load", REGISTER, file, "--reason", "迁往国外", **hub)
    assert code == 0, output
    async with database.connection() as connection:
        assert await connection.fetchval("select reason from submission") == "迁往国外"


async def test_each_bad_line_is_kept_whole_with_its_reason_and_every_other_lands(
    tmp_path: Path, hub: Environment, database: Database, vault: Vault, model: Model
) -> None:
    file = tmp_path / "人口.csv"
    good = [line(place) for place in range(1, 11)]
    file.write_bytes(b"\n".join([HEADER.encode(), *good[:5], *BAD_LINES.values(), *good[5:]]))
    code, output = run_hub("load", REGISTER, file, **hub)
    assert code == 1, output
    assert len(await Office(Intake(database, model, vault)).views()) == len(good)
    kept = await raw_lines(database, vault)
    assert kept.keys() == {reason.name for reason in BAD_LINES}
    for reason, bad in BAD_LINES.items():
        raw, zh, en = kept[reason.name]
        cells = [cell for cell in bad.replace(b"\0", b"\\u0000").split(b",") if cell]
        assert raw == bad or all(cell in raw for cell in cells), reason
        shown = " ".join(output.split())
        assert f"1 × {zh} · {en}" in shown
        assert any("\u4e00" <= character <= "\u9fff" for character in zh)
        assert en.isascii() or "“" in en
    assert id_number(3) not in output


async def test_processes_that_share_a_file_load_it_once_and_keep_what_is_bad_at_its_place(
    tmp_path: Path, hub: Environment, database: Database, vault: Vault, model: Model
) -> None:
    file = tmp_path / "人口.csv"
    bad = [bad for reason, bad in BAD_LINES.items() if reason is not ReasonCode.TOO_LONG]
    file.write_bytes(b"\n".join([HEADER.encode(), *(line(place) for place in range(1, 11)), *bad]))
    code, output = run_hub("load", REGISTER, file, "--workers", 2, **hub)
    assert code == 1, output
    assert f"{len(bad):,} │" in output.split("QUARANTINED", 1)[1]
    assert len(await Office(Intake(database, model, vault)).views()) == 10
    async with database.connection() as connection:
        places = [row["place"] for row in await connection.fetch("select place from quarantine order by place")]
        assert await connection.fetchval("select count(*) from submission_share") == 0
    assert places == [*range(11, 11 + len(bad))]
    again, output = run_hub("load", REGISTER, file, "--workers", 2, **hub)
    assert (again, "CREATED" in output, "UNCHANGED" in output) == (1, False, True), output


async def test_a_row_with_a_formula_is_kept_whole_and_the_others_land(
    tmp_path: Path, hub: Environment, database: Database, vault: Vault, model: Model
) -> None:
    file = tmp_path / "人口.xlsx"
    book = openpyxl.Workbook()
    for row in (HEADER.split(","), [id_number(1), "甲"], [id_number(2), '="乙"&"丙"'], [id_number(3), "丁"]):
        book.active.append(row)
    book.save(file)
    code, output = run_hub("load", REGISTER, file, **hub)
    assert code == 1, output
    assert len(await Office(Intake(database, model, vault)).views()) == 2
    raw, zh, en = (await raw_lines(database, vault))["FORMULA"]
    assert id_number(2).encode() in raw
    assert (zh, en) == ("「姓名」是公式而不是数值", "“name” holds a formula, not a value")


async def test_a_large_load_leaves_statistics_and_a_small_one_leaves_them_as_they_are(
    tmp_path: Path, hub: Environment, database: Database
) -> None:
    async def counted() -> dict[str, float]:
        async with database.connection() as connection:
            rows = await connection.fetch("select relname, reltuples from pg_class where relname in ('state', 'view')")
        return {row["relname"]: row["reltuples"] for row in rows}

    for count, name in ((1_000, "甲"), (10, "乙")):
        file = tmp_path / f"{name}.csv"
        file.write_bytes(b"\n".join([HEADER.encode(), *(line(place, name=name) for place in range(count))]))
        code, output = run_hub("load", REGISTER, file, **hub)
        assert code == 0, output
        assert await counted() == {"state": 1_000, "view": 1_000}
    async with database.connection() as connection:
        known = await connection.fetchval("select count(*) from pg_stats where tablename = 'state'")
    assert known > 10
    assert await refresh_statistics(database) == []


REFUSED: Mapping[str, tuple[str, str, bytes, str]] = {
    "an unknown register": (
        "weather",
        "人口.csv",
        HEADER.encode() + b"\n" + line(1),
        "There is no register named weather",
    ),
    "an empty file": (REGISTER, "人口.csv", b"", "it is empty"),
    "a header alone": (REGISTER, "人口.csv", HEADER.encode(), "it holds no data line"),
    "a workbook that is called CSV": (REGISTER, "人口.csv", b"PK\x03\x04" + bytes(range(256)), "it is a workbook"),
    "text that is called a workbook": (
        REGISTER,
        "人口.xlsx",
        HEADER.encode() + b"\n" + line(1),
        "cannot be read as XLSX",
    ),
    "binary data": (REGISTER, "人口.csv", bytes(range(256)) * 10, "binary"),
    "another extension": (REGISTER, "人口.doc", HEADER.encode() + b"\n" + line(1), "its name must end in"),
    "a folder": (REGISTER, "", b"", "it is a folder"),
    "columns of another register": (
        REGISTER,
        "婚姻.csv",
        f"公民身份号码,姓名,结婚登记日期,发证机关名称\n{id_number(1)},甲,2020-05-20,天河区民政局\n".encode(),
        "its columns are those of marriageRegistrations in civil_affairs",
    ),
    "columns of nobody": (REGISTER, "天气.csv", "日期,气温\n2024-01-01,20\n".encode(), "no column names the key"),
}


@pytest.mark.parametrize(("register", "name", "content", "problem"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_a_delivery_is_refused_in_one_error_and_nothing_is_written(
    tmp_path: Path, hub: Environment, database: Database, register: str, name: str, content: bytes, problem: str
) -> None:
    folder = tmp_path / "deliveries"
    folder.mkdir()
    file = folder / name
    if name:
        file.write_bytes(content)
    good = tmp_path / "good.csv"
    good.write_bytes(HEADER.encode() + b"\n" + line(9))
    code, output = call_hub("load", register, good, file, **hub)
    assert (code, output.count("error: ")) == (2, 1), output
    assert problem in " ".join(output.split())
    assert "Traceback" not in output
    async with database.connection() as connection:
        assert await connection.fetchval("select count(*) from submission") == 0


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({"HUB_PORT": "many"}, "The setting HUB_PORT is not usable: it must be a whole number."),
        ({"HUB_DATABASE_URL": "postgresql://hub@/hub?host=/nowhere"}, "The database cannot be reached"),
        ({"HUB_VAULT_KEY_FILE": "/nowhere/vault.keys"}, "The identity vault cannot be opened"),
    ],
)
def test_a_hub_that_is_not_set_up_right_says_so_in_one_error(
    tmp_path: Path, hub: Environment, environment: Environment, problem: str
) -> None:
    file = tmp_path / "人口.csv"
    file.write_bytes(HEADER.encode() + b"\n" + line(1))
    code, output = call_hub("load", REGISTER, file, **hub | environment)
    assert (code, problem in " ".join(output.split()), "Traceback" in output) == (2, True, False), output


def test_the_same_file_again_changes_nothing_and_says_so(tmp_path: Path, hub: Environment) -> None:
    file = tmp_path / "人口.csv"
    file.write_bytes(b"\n".join([HEADER.encode(), line(1), line(2)]))
    assert call_hub("load", REGISTER, file, **hub)[0] == 0
    code, output = call_hub("load", REGISTER, file, **hub)
    assert code == 0
    assert "UNCHANGED" in output
    assert "CREATED" not in output


async def test_a_file_that_its_source_takes_back_and_says_again_is_said_anew_only_with_its_time(
    tmp_path: Path, hub: Environment, database: Database, vault: Vault, model: Model
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    for file, name in ((first, "甲"), (second, "乙")):
        file.write_text(f"公民身份号码,姓名\n{id_number(1)},{name}\n", encoding="utf-8")
        code, output = call_hub("load", REGISTER, file, **hub)
        assert (code, "delivered before" in output) == (0, False), output
    office = Office(Intake(database, model, vault))
    for file, is_told in ((first, True), (second, False)):
        code, output = call_hub("load", REGISTER, file, **hub)
        assert (code, "It was delivered before and counts as said at " in output) == (0, is_told), output
        assert (await office.only_view())[:2] == (2, {**(await office.only_view())[1], "name": "乙"})
    time = (now() + timedelta(minutes=1)).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")
    for version in (3, 3):
        code, output = call_hub("load", REGISTER, first, "--stated-on", time, **hub)
        assert (code, "delivered before" in output) == (0, False), output
        seen, items, _ = await office.only_view()
        assert (seen, items["name"]) == (version, "甲")


def test_columns_that_match_nothing_are_named(tmp_path: Path, hub: Environment) -> None:
    file = tmp_path / "人口.csv"
    file.write_bytes(f"{HEADER},籍贯,备注\n".encode() + line(1) + ",广州,无".encode())
    code, output = call_hub("load", REGISTER, file, **hub)
    assert code == 0
    assert "were not used: 籍贯, 备注" in output


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--unit", id_number(1)), "--unit is not usable: it holds a number that may identify a person"),
        (("--unit", "天河\n分局"), "--unit is not usable: it is not 1 to 200 printable characters"),
        (("--unit", "a\x07"), "--unit is not usable: it is not 1 to 200 printable characters"),
        (("--stated-on", "0001-01-01"), "--stated-on is not usable: it is before 1900 or in the future"),
        (("--stated-on", "9999-12-31"), "--stated-on is not usable: it is before 1900 or in the future"),
        (("--columns", "COLUMNS"), "--columns names colour, which household does not have"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused_before_anything_is_written(
    tmp_path: Path, words: tuple[str, str], problem: str
) -> None:
    (tmp_path / "columns.toml").write_text('"颜色" = "colour"', encoding="utf-8")
    file = tmp_path / "people.csv"
    file.write_text(f"公民身份号码,姓名,颜色\n{id_number(1)},某,红\n", encoding="utf-8")
    option, value = words
    code, output = call_hub("load", REGISTER, file, option, value.replace("COLUMNS", str(tmp_path / "columns.toml")))
    assert (code, problem in output) == (2, True), output
    assert id_number(1) not in output


def test_a_file_without_a_key_is_told_how_the_key_may_be_titled(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("颜色\n红\n", encoding="utf-8")
    code, output = call_hub("load", REGISTER, file)
    assert (code, "its title may be 公民身份号码, 身份证号码" in output) == (2, True), output
