"""The data dictionary says what the model says, in Markdown and in a workbook, and changes only with it."""

from io import BytesIO
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from hub.catalog import Model, load_model
from hub.catalog.dictionary import Table, as_markdown, tables
from hub.identifiers.schemes import SCHEMES
from hub.workbook import workbook
from tests.catalog.registers import FOUNDATIONS, load_with
from tests.cli.running import call_hub


def read_back(path: Path) -> dict[str, list[dict[str, str]]]:
    """Every sheet's rows by column title, as a spreadsheet shows them."""
    book = openpyxl.load_workbook(path)
    sheets = {}
    for sheet in book:
        titles, *rows = [[str(cell) if cell is not None else "" for cell in row] for row in sheet.values]
        sheets[sheet.title] = [dict(zip(titles, row, strict=True)) for row in rows]
    return sheets


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dictionary") / "new" / "folder"
    code, output = call_hub("model", "doc", "--out", folder)
    assert (code, output.split()) == (0, [str(folder / "dictionary.md"), str(folder / "dictionary.xlsx")])
    return folder


def test_the_workbook_lists_every_register_record_type_and_item(written: Path, model: Model) -> None:
    sheets = read_back(written / "dictionary.xlsx")
    for row, register in zip(sheets["Registers"], model.registers.values(), strict=True):
        responsible = model.departments[register.department]
        assert (row["register"], row["名称"], row["责任部门"]) == (register.name, register.zh, responsible.zh)
        assert (row["article"], row["update duty"]) == (register.article, register.update_duty)
    for row, record in zip(sheets["Record types"], model.records.values(), strict=True):
        assert (row["record type"], row["cardinality"], row["register"]) == (
            record.name,
            record.cardinality,
            record.register,
        )
        assert row["key"].replace(" or ", ", ").split(", ") == ([name for key in record.key for name in key] or [""])
        assert row["effective"] == ", ".join(record.effective)
    rows = {(row["record type"], row["item"]): row for row in sheets["Items"]}
    told = [(record, item) for record in model.records.values() for item in record.item]
    assert len(rows) == sum(1 + len(item.parts) + len(item.members) for _, item in told)
    for record, item in told:
        row = rows[record.name, item.name]
        assert (row["名称"], row["title"], row["number"]) == (item.zh, item.title, item.number)
        assert (row["sensitivity"], row["role"], row["basis"]) == (item.sensitivity, item.role, item.basis)
        assert row["code list"] == (item.codes or "")
        assert row["version"] == (model.code_lists[item.codes].version if item.codes else "")
        assert (row["GraphQL path"] == "") == (item.placed == "entity")


def test_the_workbook_tells_who_decides_in_order_and_what_is_only_compared(written: Path, model: Model) -> None:
    sheets = read_back(written / "dictionary.xlsx")
    for item in model.merged_items:
        path = f"{item.entity.type_name}.{item.name}"
        rows = [row for row in sheets["Authority"] if row["item"] == path]
        assert [row["from"] for row in rows if row["place"]] == [rule.source for rule in item.authority]
        assert [row["from"] for row in rows if not row["place"]] == list(item.compare)
    (sex,) = (row for row in sheets["Items"] if (row["record type"], row["item"]) == ("household", "sex"))
    assert sex["feeds"] == "NaturalPerson.sex"
    assert sex["decided by"].startswith("PUBLIC_SECURITY then ")
    (born,) = (
        row for row in sheets["Items"] if row["item"] == "recordedBirthDate" and row["record type"] == "household"
    )
    assert (born["feeds"], born["compared with"]) == ("", "NaturalPerson.birthDate")


def test_the_workbook_lists_every_code_scheme_and_edge(written: Path, model: Model) -> None:
    sheets = read_back(written / "dictionary.xlsx")
    assert [(row["code list"], row["code"], row["名称"]) for row in sheets["Codes"]] == [
        (codes.name, code, name) for codes in model.code_lists.values() for code, name in codes.codes.items()
    ]
    assert [row["scheme"] for row in sheets["Identifier schemes"]] == list(SCHEMES)
    assert [row["GraphQL path"].split(".")[1] for row in sheets["Edges"]] == [edge.name for edge in model.edges]


def test_the_workbook_tells_which_edges_lead_back(written: Path) -> None:
    back = {row["GraphQL path"]: row["leads back by"] for row in read_back(written / "dictionary.xlsx")["Edges"]}
    assert back["NaturalPerson.spouse"] == "NaturalPerson.spouse"
    assert back["NaturalPerson.parents"] == "NaturalPerson.children"
    assert back["NaturalPerson.children"] == "NaturalPerson.parents"


def test_the_workbook_tells_which_department_took_over_from_which(written: Path, model: Model) -> None:
    rows = {row["department"]: row for row in read_back(written / "dictionary.xlsx")["Departments"]}
    assert list(rows) == list(model.departments)
    for department in model.departments.values():
        assert rows[department.name]["took over from"] == ", ".join(department.successor_of)
        assert all(department.name in rows[former]["taken over by"] for former in department.successor_of)


def test_the_workbook_lists_every_cross_check_purpose_and_card(written: Path, model: Model) -> None:
    sheets = read_back(written / "dictionary.xlsx")
    for row, check in zip(sheets["Cross-checks"], model.cross_checks.values(), strict=True):
        assert (row["cross-check"], row["rule"], row["名称"]) == (check.name, check.rule, check.zh)
        assert [tuple(entry.split(", ")) for entry in row["holds against each other"].split("; ")] == [*check.of]
    assert [(row["purpose"], row["entity"], row["forbids"], row["basis"]) for row in sheets["Purposes"]] == [
        (purpose.name, one.entity, one.item, one.basis) for purpose in model.purposes for one in purpose.forbids
    ]
    assert [(row["entity"], row["column"], row["filled from the first that speaks"]) for row in sheets["Cards"]] == [
        (kind, column, ", ".join(sources))
        for kind, columns in model.cards.items()
        for column, sources in columns.items()
    ]


def test_the_markdown_says_what_the_workbook_says(written: Path, model: Model) -> None:
    text = (written / "dictionary.md").read_text(encoding="utf-8")
    assert text == as_markdown(tables(model))
    assert call_hub("model", "doc") == (0, text)
    for table in tables(model):
        assert f"\n## {table.title} · {table.zh}\n" in text
        for row in table.rows:
            assert f"| {' | '.join(row[1:] if table.grouped else row)} |" in text or "<" in "".join(row)


def test_the_same_model_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    call_hub("model", "doc", "--out", tmp_path)
    for name in ("dictionary.md", "dictionary.xlsx"):
        assert (tmp_path / name).read_bytes() == (written / name).read_bytes()


def test_a_register_that_a_deployment_adds_is_in_the_dictionary(tmp_path: Path) -> None:
    rows = {table.title: table.rows for table in tables(load_with(tmp_path, FOUNDATIONS))}
    assert ("foundations", "基金会登记", "Foundation registration", "CHARITY_OFFICE", "基金会管理部门") in {
        row[:5] for row in rows["Registers"]
    }
    assert {row[1] for row in rows["Items"] if row[0] == "foundationRegistration"} == {
        "creditCode",
        "kind",
        "legalRepresentative",
        "legalRepresentative.name",
    }


def test_no_text_becomes_a_formula_markup_or_another_cell(tmp_path: Path) -> None:
    sly = "=HYPERLINK(1)|<b>&\u0001\n"
    book = openpyxl.load_workbook(BytesIO(workbook({"A & 甲": [["title"], [sly, "+1", "@x", "-2"]]})))
    cells = book["A & 甲"][2]
    assert [(cell.data_type, cell.value) for cell in cells] == [
        ("s", "=HYPERLINK(1)|<b>&\n"),
        ("s", "+1"),
        ("s", "@x"),
        ("s", "-2"),
    ]
    table = Table("T", "表", ("one", "two"), ((sly, "2"),))
    assert as_markdown([table]).splitlines()[-1] == "| =HYPERLINK(1)\\|&lt;b>&amp;\u0001 | 2 |"


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, output = call_hub("model", "doc", "--out", tmp_path / "file")
    assert (code, "cannot be written" in output) == (2, True)


def test_a_workbook_of_the_shipped_model_fits_its_columns() -> None:
    assert all(len(table.columns) == len(row) for table in tables(load_model()) for row in table.rows)
