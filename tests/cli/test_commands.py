"""Every other command of `hub`: what it prints, makes and refuses."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.access import Role
from hub.catalog import Model
from hub.cli import MODULES, app, commands_of
from hub.identity import LocalIssuer
from hub.vault.key_file import load_keys
from tests.catalog.registers import FOUNDATIONS
from tests.cli.running import ROOT, call_hub

SPEAK_GRAPHQL = {"serving", "working", "exploring"}
COMMANDS = sorted(name for names in MODULES.values() for name in names)


@pytest.mark.parametrize("module", MODULES)
def test_every_command_of_a_module_is_found_by_its_name(module: str) -> None:
    assert sorted(commands_of(module)) == sorted(MODULES[module])


@pytest.mark.parametrize(
    "words", [(), *((command,) for command in COMMANDS), ("keys", "backup"), ("keys", "create"), ("model", "check")]
)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"])
    assert (result.exit_code, "Usage:" in result.output) == (0, True), result.output


def test_only_what_answers_questions_or_prints_the_schema_imports_the_graphql_library() -> None:
    others = [f"hub.cli.{module}" for module in MODULES if module not in SPEAK_GRAPHQL]
    program = f"import sys, {', '.join(others)}; sys.exit('strawberry' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_registers_lists_every_register_and_record_type(model: Model) -> None:
    code, output = call_hub("registers")
    assert code == 0
    for record in model.records.values():
        assert {record.register, record.name, record.zh} <= set(output.split()), record.name


def test_schema_prints_the_schema_that_is_kept_with_the_code(tmp_path: Path) -> None:
    kept = (ROOT / "schema.graphql").read_text(encoding="utf-8")
    assert call_hub("schema") == (0, kept)
    assert call_hub("schema", "--write", tmp_path / "schema.graphql")[0] == 0
    assert (tmp_path / "schema.graphql").read_text(encoding="utf-8") == kept


@pytest.mark.parametrize("words", [("schema", "--write"), ("sample", "--persons", 1, "--entities", 1)])
def test_a_place_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path, words: tuple[object, ...]) -> None:
    (tmp_path / "file").touch()
    code, output = call_hub(*words, tmp_path / "file" / "below")
    assert code == 2
    assert "below cannot be written: Not a directory" in output
    assert "Traceback" not in output


def test_model_check_finds_no_mistake_in_the_shipped_model_and_in_the_example() -> None:
    for words in ((), (ROOT / "docs/examples/model",)):
        code, output = call_hub("model", "check", *words)
        assert (code, output.startswith("No mistake: ")) == (0, True), output


def test_model_check_lists_every_mistake_and_the_start_names_the_first(tmp_path: Path) -> None:
    text = FOUNDATIONS.replace('"legal_entity_kind"', '"kinds"').replace('"FoundationRegistration"', '"Coded"')
    (tmp_path / "foundations.toml").write_text(text, encoding="utf-8")
    code, output = call_hub("model", "check", HUB_MODEL_DIR=tmp_path)
    first, second, *_ = output.splitlines()
    assert (code, "error: 2 mistakes" in output) == (2, True)
    assert first.startswith("foundations.toml:17: the schema has a type Coded of its own; choose another name")
    assert second.startswith("foundations.toml:33: there is no code list kinds; name one of the model")
    for words in (("registers",), ("schema",), ("load", "foundations", "x.csv")):
        assert call_hub(*words, HUB_MODEL_DIR=tmp_path)[1].startswith(f"error: {first}")


def test_model_check_of_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    code, output = call_hub("model", "check", tmp_path / "nowhere")
    assert (code, "there is no directory" in output) == (2, True)


def test_sample_makes_the_same_files_for_the_same_seed(tmp_path: Path) -> None:
    size = ("--persons", 30, "--entities", 10, "--seed", 7)
    one, other = tmp_path / "one", tmp_path / "other"
    assert [call_hub("sample", folder, *size)[0] for folder in (one, other)] == [0, 0]
    made = {path.name: path.read_bytes() for path in one.iterdir()}
    assert {"deliveries.toml", "expected.jsonl", "rejected.jsonl"} < made.keys()
    assert made == {path.name: path.read_bytes() for path in other.iterdir()}


@pytest.mark.parametrize("role", [Role.QUERY_OFFICER, Role.DEVELOPER])
def test_a_token_is_one_that_this_hub_takes(tmp_path: Path, role: Role) -> None:
    code, output = call_hub("token", "--role", role, "--agency", "某局", "--officer", "某人", HUB_DATA_DIR=tmp_path)
    viewer = LocalIssuer.at(tmp_path).viewer(output.strip(), "purpose")
    assert (code, viewer.roles, viewer.agency, viewer.officer) == (0, frozenset({role}), "某局", "某人")


def test_a_token_holds_roles_and_divisions_that_may_be_held(tmp_path: Path) -> None:
    words = ("token", "--role", "information_manager", "--role", "catalog_office", "--division", "440106")
    code, output = call_hub(*words, HUB_DATA_DIR=tmp_path)
    viewer = LocalIssuer.at(tmp_path).viewer(output.strip(), "")
    assert (code, viewer.roles) == (0, frozenset({Role.INFORMATION_MANAGER, Role.CATALOG_OFFICE}))
    assert viewer.divisions == ("440106",)
    code, output = call_hub("token", "--role", "query_officer", "--role", "auditor", HUB_DATA_DIR=tmp_path)
    assert (code, "may not be held together" in output) == (2, True)
    code, output = call_hub("token", "--division", "天河区", HUB_DATA_DIR=tmp_path)
    assert (code, "no area code" in output) == (2, True)


@pytest.mark.parametrize(
    ("department", "refusal"),
    [((), "needs --department"), (("--department", "WEATHER"), "there is no department WEATHER")],
)
def test_a_departments_token_names_a_department_that_exists(
    tmp_path: Path, department: tuple[str, ...], refusal: str
) -> None:
    code, output = call_hub("token", "--role", "reporter", *department, HUB_DATA_DIR=tmp_path)
    assert (code, refusal in output) == (2, True), output


def test_a_departments_token_lets_it_speak_as_that_department(tmp_path: Path) -> None:
    words = ("token", "--role", "reporter", "--department", "PUBLIC_SECURITY")
    code, output = call_hub(*words, HUB_DATA_DIR=tmp_path)
    assert (code, LocalIssuer.at(tmp_path).viewer(output.strip(), "").department) == (0, "PUBLIC_SECURITY")


def test_a_backup_of_the_keys_is_whole_private_and_never_written_over(tmp_path: Path) -> None:
    key_file, copy = tmp_path / "vault.keys", tmp_path / "copy.keys"
    environment = {"HUB_VAULT_KEY_FILE": key_file, "HUB_DATA_DIR": tmp_path}
    code, output = call_hub("keys", "backup", copy, **environment)
    assert (code, "there is no key file" in " ".join(output.split())) == (2, True), output
    assert call_hub("keys", "create", **environment)[0] == 0
    assert call_hub("keys", "backup", copy, **environment)[0] == 0
    assert load_keys(copy, create=False) == load_keys(key_file, create=False)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    copy.write_bytes(b"another")
    code, output = call_hub("keys", "backup", copy, **environment)
    assert (code, copy.read_bytes(), "is not replaced" in output) == (2, b"another", True), output


def test_creating_keys_twice_keeps_the_first(tmp_path: Path) -> None:
    environment = {"HUB_VAULT_KEY_FILE": tmp_path / "vault.keys", "HUB_DATA_DIR": tmp_path}
    call_hub("keys", "create", **environment)
    first = (tmp_path / "vault.keys").read_bytes()
    assert call_hub("keys", "create", **environment)[0] == 0
    assert (tmp_path / "vault.keys").read_bytes() == first


def test_make_clean_removes_what_was_built_and_never_the_data(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    data = [
        tmp_path / ".hub" / name for name in ("vault.keys", "__pycache__/kept", "a.egg-info/kept", "node_modules/kept")
    ]
    built = [tmp_path / name for name in (".venv/file", "node_modules/file", "hub/__pycache__/file", "build/file")]
    for path in (*data, *built):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert [path for path in data if not path.exists()] == []
    assert [path for path in built if path.exists()] == []
