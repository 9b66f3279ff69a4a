"""Documents fail the build when they lie: what they name exists, and what exists is named."""

import json
import re
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from graphql import build_schema as parse_schema
from graphql import parse, validate

from adapters.registers.columns import LINE_COLUMNS, OPERATIONS
from adapters.sources import Source, examine_sources
from adapters.transports import http_settings, sql_settings
from adapters.transports.files import FORMATS
from adapters.transports.folder import Folder
from graphql_schema.schema import build_schema
from graphql_schema.values import Absence
from hub import access, catalog
from hub.catalog import PARTS, ItemType, load_model
from hub.catalog.contradictions import CONTRADICTIONS
from hub.catalog.derived import RULES
from hub.cli import app
from hub.errors import HTTP_STATUS, all_errors
from hub.reasons import ReasonCode
from hub.settings import PREFIX, Settings
from hub.timeline import Outcome
from tests.documents import (
    DOCUMENTS,
    READMES,
    ROOT,
    code,
    codes,
    headings,
    links,
    read,
    section,
    sent_bodies,
    snippets,
    table,
    without_snippets,
)

PACKAGES = ["hub", "graphql_schema", "adapters", "migrations"]
MODEL_TABLES = [
    catalog.ModelFile,
    catalog.Department,
    catalog.Register,
    catalog.Duty,
    catalog.Former,
    catalog.Shape,
    catalog.RecordType,
    catalog.Item,
    catalog.Part,
    catalog.Derivation,
    catalog.CodeList,
    catalog.MergedItem,
    catalog.Authority,
    catalog.Also,
    catalog.Edge,
    catalog.Ending,
    catalog.Purpose,
    catalog.Prohibition,
    catalog.CardSource,
    catalog.CrossCheck,
    catalog.SharingRule,
    catalog.Mask,
]
PULL_TABLES = [
    sql_settings.SqlSource,
    sql_settings.Full,
    sql_settings.Watermark,
    sql_settings.Changes,
    http_settings.HttpSource,
    http_settings.Grown,
    http_settings.Feed,
    http_settings.CursorPaging,
    http_settings.NumberPaging,
]
OWN_MODELS = {"model.md": "model", "onboarding.md": "onboarding"}
"""The pages whose queries are about registers that the page adds, and where these lie."""


def each_command(command: Any, name: str = "hub") -> dict[str, set[str]]:  # noqa: ANN401
    """Every command with its options."""
    keys = command.list_commands(None) if hasattr(command, "list_commands") else ()
    inner = (each_command(command.get_command(None, key), f"{name} {key}") for key in keys)
    found = {name: options for commands in inner for name, options in commands.items()}
    if not found or command.invoke_without_command:
        options = {word for parameter in command.params for word in parameter.opts if word.startswith("--")}
        found[name] = options - {"--help"}
    return found


def squeezed(text: str) -> str:
    """``text`` without what parts words in names and sentences."""
    return re.sub(r"[\s_-]", "", text).lower()


@pytest.mark.parametrize("name", READMES)
def test_a_readme_opens_with_the_command_that_runs_and_the_one_that_tests(name: str) -> None:
    title, _, rest = read(name).partition("\n\n")
    assert title == "# 基准 · Jizhun"
    assert rest.startswith("```sh\n")
    assert [line.partition("#")[0].strip() for line in snippets(rest, "sh")[0].splitlines()] == [
        "make run",
        "make test",
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_that_a_document_names_is_there(path: Path) -> None:
    targets = set(re.findall(r"^\.PHONY: (.+)$", read("Makefile"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", path.read_text(encoding="utf-8"))) <= targets


@pytest.mark.parametrize("name", READMES)
def test_a_readme_lists_every_command_with_its_options(name: str) -> None:
    rows = table(read(name), "command" if name == "README.md" else "命令")
    told = {" ".join(re.findall(r"\b[a-z]+\b", code(row[0]))): codes(row[1]) for row in rows}
    assert told == each_command(typer.main.get_command(app))


def test_a_command_that_a_document_names_is_there() -> None:
    commands = {name.split()[1] for name in each_command(typer.main.get_command(app))}
    for path in DOCUMENTS:
        assert set(re.findall(r"`hub ([a-z]+)\b", path.read_text(encoding="utf-8"))) <= commands, path.name


@pytest.mark.parametrize("name", READMES)
def test_a_readme_lists_every_setting_with_its_default(name: str) -> None:
    rows = table(read(name), "setting" if name == "README.md" else "设置")
    settings = msgspec.structs.fields(Settings)
    assert {code(row[0]): code(row[1]) for row in rows} == {
        PREFIX + field.name.upper(): "" if field.default is None else str(field.default) for field in settings
    }


def test_the_readme_gives_each_setting_the_meaning_that_the_code_gives_it() -> None:
    schema = msgspec.json.schema(Settings)
    described = next(iter(schema["$defs"].values()))["properties"]
    told = {code(row[0]).removeprefix(PREFIX).lower(): row[2] for row in table(read("README.md"), "setting")}
    assert told == {name: one["description"] for name, one in described.items()}


def test_the_chinese_readme_tells_the_same_story() -> None:
    english, chinese = (read(name) for name in READMES)
    assert len(headings(chinese)) == len(headings(english))
    assert set(links(chinese)) - {"README.md"} == set(links(english)) - {"README.zh.md"}
    for language in ("sh", "graphql", "json"):
        plain = [
            [[line.partition(" # ")[0].rstrip() for line in one.splitlines()] for one in snippets(text, language)]
            for text in (english, chinese)
        ]
        assert plain[0] == plain[1]


def test_every_code_of_an_error_is_listed_with_its_status_message_and_way_out() -> None:
    rows = table(read("docs/errors.md"), "code")
    assert [[code(row[0]), *row[1:4]] for row in rows] == [
        [error.code, str(HTTP_STATUS[error.kind]), error.__doc__, error.hint]
        for error in all_errors()
        if "code" in vars(error)
    ]
    assert all(re.search("[一-鿿]", row[4]) for row in rows)


def test_every_reason_is_listed_with_both_its_sentences() -> None:
    rows = table(read("docs/quarantine.md"), "code")
    assert [[code(row[0]), *row[1:3]] for row in rows] == [[one.name, one.zh, one.en] for one in ReasonCode]
    assert all(row[3] for row in rows)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        *(("docs/model.md", kind) for kind in MODEL_TABLES),
        ("docs/sources.md", Source),
        ("docs/sources.md", Folder),
        *(("docs/pulls.md", kind) for kind in PULL_TABLES),
    ],
)
def test_every_key_of_a_file_is_explained(document: str, kind: type[msgspec.Struct]) -> None:
    rows = table(section(read(document), f"### {kind.__name__}"), "key")
    fields = msgspec.structs.fields(kind)
    assert [code(row[0]) for row in rows] == [field.encode_name for field in fields]
    for row, field in zip(rows, fields, strict=True):
        assert (row[1] == "required") == field.required, field.name
        assert code(row[1]) == _shown(field.default), field.name
        assert row[2]


def _shown(default: object) -> str:
    """A default as documents write it; nothing for none."""
    if isinstance(default, bool):
        return str(default).lower()
    return str(default) if isinstance(default, str | int | float) else ""


@pytest.mark.parametrize("kind", PULL_TABLES, ids=lambda kind: kind.__name__)
def test_a_key_of_a_source_has_the_meaning_that_the_code_gives_it(kind: type[msgspec.Struct]) -> None:
    rows = table(section(read("docs/pulls.md"), f"### {kind.__name__}"), "key")
    described = msgspec.json.schema(kind)["$defs"][kind.__name__]["properties"]
    assert all(row[2].startswith(described[code(row[0])]["description"]) for row in rows)


def test_every_source_that_a_document_shows_can_be_fetched_from(tmp_path: Path) -> None:
    for name in ("docs/sources.md", "docs/pulls.md"):
        for shown in snippets(read(name), "toml"):
            path = tmp_path / "adapters.toml"
            path.write_text(shown, encoding="utf-8")
            sources, mistakes = examine_sources(path, load_model())
            assert (len(sources), mistakes) == (1, []), shown


def test_every_type_of_item_is_explained_with_its_parts() -> None:
    told = {code(row[0]): codes(row[2]) for row in table(read("docs/model.md"), "type")}
    assert told == {str(one): set(PARTS.get(one, ())) for one in ItemType}


def test_every_rule_of_derivation_and_every_role_and_basis_of_an_item_is_named() -> None:
    text = read("docs/model.md")
    for name in chain(
        RULES, ["constant"], CONTRADICTIONS, catalog.Role, catalog.Basis, catalog.Standing, catalog.EntityKind
    ):
        assert f"`{name}`" in text, name


def test_what_a_file_may_be_and_say_of_its_lines_is_explained() -> None:
    text = read("docs/files.md")
    for word in chain(FORMATS, LINE_COLUMNS, filter(None, OPERATIONS)):
        assert word in text, word
    assert [code(row[0]) for row in table(text, "outcome")] == list(Outcome)
    assert [row[0] for row in table(text, "exit code")] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("heading", "values"),
    [("Outcomes · 结果", Outcome), ("Standing · 决定的性质", catalog.Standing), ("Roles · 角色", access.Role)],
)
def test_the_glossary_explains_every_value_of_a_closed_list(heading: str, values: type[StrEnum]) -> None:
    rows = table(section(read("GLOSSARY.md"), f"## {heading}"), "value")
    assert [code(row[0]) for row in rows] == [str(value) for value in values]


def test_the_glossary_explains_every_absence() -> None:
    rows = table(section(read("GLOSSARY.md"), "## Absence · 空值的原因"), "value")
    assert [code(row[0]) for row in rows] == [absence.name for absence in Absence]


def test_every_word_of_the_glossary_is_in_use() -> None:
    glossary = read("GLOSSARY.md")
    sources = chain.from_iterable((ROOT / name).rglob("*.py") for name in PACKAGES)
    others = (path for path in DOCUMENTS if path.name != "GLOSSARY.md")
    used = squeezed(" ".join(path.read_text(encoding="utf-8") for path in chain(sources, others)))
    for heading in headings(glossary):
        text = section(glossary, f"## {heading}")
        for row in table(text, "word" if "| word |" in text else "value"):
            assert squeezed(row[0].strip("`")) in used, row[0]
            assert all(row), row


def test_the_architecture_names_every_package_and_every_module() -> None:
    named = codes(without_snippets(read("ARCHITECTURE.md")))
    words = {word.rstrip("/").rpartition("/")[2] for text in named for word in text.split()}
    for path in chain.from_iterable((ROOT / name).rglob("*.py") for name in PACKAGES):
        assert (path.parent.name if path.name == "__init__.py" else path.name) in words, path
    assert {path.name for path in (ROOT / "hub" / "sql").glob("*.sql")} <= words


def test_the_architecture_shows_the_layers_that_are_enforced() -> None:
    shown = snippets(section(read("ARCHITECTURE.md"), "## Imports point inward"), "")[0]
    enforced = section(read("pyproject.toml").replace("[[", "# [["), "# [[tool.importlinter.contracts]]")
    layers = re.findall(r'^    "([^"]+)",$', enforced, flags=re.MULTILINE)
    assert [re.findall(r"[\w.]+", line.partition("    ")[0].rstrip()) for line in shown.splitlines()] == [
        re.findall(r"[\w.]+", layer) for layer in layers
    ]


def test_the_architecture_describes_every_table() -> None:
    migrations = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "migrations").glob("*.sql"))
    created = re.findall(r"^create table ([\w.]+) \(", migrations, flags=re.MULTILINE)
    assert {code(row[0]) for row in table(read("ARCHITECTURE.md"), "table")} == set(created)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    for target in links(path.read_text(encoding="utf-8")):
        assert (path.parent / target.partition("#")[0]).exists(), target


def test_every_decision_is_indexed_under_its_number() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    assert links((folder / "README.md").read_text(encoding="utf-8")) == records
    for name in records:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {name[:4]} ")
        assert {"Context", "Decision", "Consequences"} <= set(headings(text)), name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_query_in_a_document_is_valid(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    schema = parse_schema(read("schema.graphql"))
    if path.name in OWN_MODELS:
        model = load_model(ROOT / "docs" / "examples" / OWN_MODELS[path.name])
        schema = parse_schema(build_schema(model, Settings()).as_str())
    bodies = [json.loads(body) for body in sent_bodies(text)]
    for query in chain(snippets(text, "graphql"), (body["query"] for body in bodies)):
        assert validate(schema, parse(query)) == []


def test_every_trap_of_time_is_watched_by_a_test_that_there_is() -> None:
    for _, named in table(section(read("docs/time.md"), "## Traps · 陷阱"), "trap"):
        path, _, name = code(named).partition("::")
        assert re.search(rf"^(async )?def {name}\(", read(path), flags=re.MULTILINE), named
