"""The project's own files: what is pinned, what make offers, what compose reads, what must never be written down."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from subprocess import DEVNULL

import pytest

ROOT = Path(__file__).parents[1]
PINNED = ["requirements.txt", "requirements-build.txt", "requirements-dev.txt"]
ADDRESSES = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host|file:")
REGISTRIES = ["pypi" + ".org", "python" + "hosted", "npm" + "js", "deb.debian" + ".org"]
HOMES = re.compile(r"(?<![\w.])/(?:home|Users)/\w|(?<![\w.])[/]root(?![\w-])")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def project_files() -> list[Path]:
    """Every text file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = listed.stdout.decode().rstrip("\0").split("\0")
    return [path for path in (ROOT / name for name in names) if path.is_file() and b"\0" not in path.read_bytes()]


def requirements(name: str) -> list[str]:
    """The requirements of a file, each with the lines that continue it."""
    joined = read(name).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def names(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", read(name), flags=re.MULTILINE))


def compose_command() -> list[str] | None:
    """The compose client of this machine, as a plugin of docker or on its own."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.call([*command, "version"], stdout=DEVNULL, stderr=DEVNULL) == 0:
            return command
    return None


@pytest.mark.parametrize("name", PINNED)
def test_every_requirement_is_one_version_with_its_hashes(name: str) -> None:
    assert requirements(name)
    for line in requirements(name):
        assert re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize(
    "name", [*PINNED, "package.json", "package-lock.json", "tests/clients/package-lock.json", ".npmrc"]
)
def test_what_is_pinned_names_no_address(name: str) -> None:
    assert not ADDRESSES.search(read(name))


def test_the_files_of_pins_agree_on_every_version() -> None:
    pins = [names(name) for name in PINNED]
    for first in pins:
        for second in pins:
            assert {name: first[name] for name in first.keys() & second.keys()} == {
                name: second[name] for name in first.keys() & second.keys()
            }


def test_what_runs_is_also_what_is_tested() -> None:
    assert names("requirements.txt").items() <= names("requirements-dev.txt").items()


def test_the_explorer_is_one_npm_package_with_its_hash() -> None:
    packages = json.loads(read("package-lock.json"))["packages"]

    assert set(packages) == {"", "node_modules/ruru"}
    assert packages["node_modules/ruru"]["integrity"].startswith("sha512-")


def test_make_help_prints_every_target_with_a_sentence() -> None:
    targets = re.findall(r"^\.PHONY: (.+)$", read("Makefile"), flags=re.MULTILINE)
    printed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    helped = dict(line.split(maxsplit=2)[1:] for line in printed.splitlines())

    assert sorted(helped) == sorted(targets)
    assert all(helped.values())


def test_make_clean_leaves_the_data_of_the_hub(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    kept = tmp_path / ".hub" / "postgres" / "__pycache__" / "page"
    removed = tmp_path / "hub" / "__pycache__" / "module.pyc"
    for path in (kept, removed):
        path.parent.mkdir(parents=True)
        path.touch()
    subprocess.run(["make", "--silent", "clean"], cwd=tmp_path, check=True)

    assert kept.exists()
    assert not removed.parent.exists()


@pytest.mark.parametrize("password", ["given", None])
def test_compose_reads_its_file_and_refuses_to_go_on_without_a_password(password: str | None, tmp_path: Path) -> None:
    command = compose_command()
    if command is None:
        pytest.skip("there is no docker compose on this machine")
    given = tmp_path / "given.env"
    given.write_text(f"POSTGRES_PASSWORD={password}" if password else "", encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "POSTGRES_PASSWORD"}
    read_back = subprocess.run(
        [*command, "--env-file", given, "--file", "docker-compose.yml", "config"],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert (read_back.returncode == 0) == bool(password), read_back.stderr
    assert password or "put the database password into .env" in read_back.stderr


def test_the_licence_is_the_one_that_the_project_names() -> None:
    assert 'license = "Apache-2.0"' in read("pyproject.toml")
    assert "Apache License" in read("LICENSE")
    assert "Version 2.0, January 2004" in read("LICENSE")


def test_no_file_names_a_registry_or_somebodys_home() -> None:
    for path in project_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [registry for registry in REGISTRIES if registry in text.lower()], path
        assert not HOMES.search(text), path
