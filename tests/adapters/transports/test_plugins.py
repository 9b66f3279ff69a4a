"""A file format that comes as an installed package: a distribution on the path, with an entry point of its own."""

import os
from pathlib import Path

import pytest

from tests.cli.running import ROOT, run_hub
from tests.documents import read, snippets
from tests.people import id_number

HEADER = """\
from collections.abc import Iterator

from adapters.transports import Row, RowFile
from adapters.transports.content import Content, Limits
from hub.intake.delivery import BrokenLine


"""


def install(folder: Path, package: str, entry: str, code: str) -> None:
    """A distribution as an installer leaves it in a folder of the path."""
    metadata = folder / f"{package}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[jizhun.transports]\n{entry}\n", encoding="utf-8")
    (folder / f"{package}.py").write_text(code, encoding="utf-8")


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """The format of the onboarding page, with broken ones beside it."""
    folder = tmp_path / "packages"
    toml, code = snippets(read("docs/onboarding.md"), "toml")[0], snippets(read("docs/onboarding.md"), "python")[0]
    entry = toml.splitlines()[-1].replace('"', "")
    install(folder, "city_formats", entry, HEADER + code)
    install(folder, "missing_formats", ".gone = missing_formats:Nowhere", "")
    install(folder, "crashing_formats", ".crash = crashing_formats:File", "raise RuntimeError('secret')")
    install(folder, "strange_formats", ".odd = strange_formats:FORMAT", "FORMAT = 'a text'")
    install(folder, "taking_formats", ".csv = taking_formats:File", "raise RuntimeError")
    for name in ("one_twin", "other_twin"):
        install(folder, name, f".twin = {name}:File", "")
    return folder


def load(packages: Path, file: Path, **settings: object) -> tuple[int, str]:
    path = os.pathsep.join((str(ROOT), str(packages)))
    return run_hub("load", "household_registration", file, PYTHONPATH=path, **settings)


def delivery(folder: Path, extension: str) -> Path:
    file = folder / f"people{extension}"
    lines = [f"{'公民身份号码':<20}姓名", f"{id_number(1):<20}王小明", f"{id_number(2):<20}李婷"]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_a_file_of_a_format_that_a_package_brings_is_loaded(packages: Path, tmp_path: Path, database_url: str) -> None:
    settings = {"HUB_DATABASE_URL": database_url, "HUB_DATA_DIR": tmp_path}
    assert run_hub("keys", "create", **settings)[0] == 0
    code, output = load(packages, delivery(tmp_path, ".fixed"), **settings)
    assert (code, "CREATED" in output) == (0, True), output


@pytest.mark.parametrize(
    ("extension", "problem"),
    [
        (".gone", "missing_formats (missing_formats:Nowhere) cannot be imported (AttributeError)"),
        (".crash", "crashing_formats (crashing_formats:File) cannot be imported (RuntimeError)"),
        (".odd", "strange_formats (strange_formats:FORMAT) is no RowFile with a format"),
        (".twin", "one_twin (one_twin:File) and other_twin (other_twin:File) both read it"),
        (".none", "its name must end in .csv, .xlsx, .jsonl, .ndjson, .dbf, .txt, .dat, .crash, .fixed, "),
    ],
)
def test_a_package_that_is_broken_is_refused_by_its_name(
    packages: Path, tmp_path: Path, extension: str, problem: str
) -> None:
    code, output = load(packages, delivery(tmp_path, extension))
    assert (code, problem in output) == (2, True), output
    assert "secret" not in output
    assert "Traceback" not in output


def test_no_package_takes_the_place_of_a_format_that_the_hub_reads(packages: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("颜色\n红\n", encoding="utf-8")
    code, output = load(packages, file)
    assert (code, "does not look like a delivery" in output) == (2, True), output


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "people.csv")
    code, output = run_hub("load", "household_registration", tmp_path / "people.csv")
    assert (code, "it is a folder, a pipe or a device" in output) == (2, True), output
