"""A source in adapters.toml may drop texts of fixed width, by a layout of its own."""

import os
from pathlib import Path

import msgspec
import pytest

from adapters.brake import Brake
from adapters.running import Runner
from adapters.sources import Source, examine_sources
from hub.catalog import Model
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.store.pool import Database
from hub.vault.cipher import Vault
from tests.adapters.drops import TITLES, drop, enrolment

WIDTH = 20
COLUMNS = "".join(
    f'[[source.layout.column]]\ntitle = "{title}"\nstart = {1 + WIDTH * place}\nwidth = {WIDTH}\n'
    for place, title in enumerate(TITLES)
)


def declared(tmp_path: Path) -> Path:
    """A file that declares one source."""
    path = tmp_path / "adapters.toml"
    path.write_text(
        '[[source]]\nname = "enrolments"\nregister = "social_security"\nrecord = "socialInsurances"\n'
        f'[source.transport]\nkind = "folder"\npath = "{tmp_path / "dropped"}"\npattern = "*.txt"\n{COLUMNS}',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def source(tmp_path: Path, model: Model) -> Source:
    (source,), mistakes = examine_sources(declared(tmp_path), model)
    assert mistakes == []
    return source


async def test_a_text_of_fixed_width_is_taken_in_by_the_layout_of_its_source(
    source: Source, tmp_path: Path, database: Database, model: Model, vault: Vault
) -> None:
    path = drop(tmp_path / "dropped", "a.txt", 0)
    padded = (
        "".join(f"{cell}{' ' * (WIDTH - len(cell.encode('gb18030')))}" for cell in enrolment(place))
        for place in range(3)
    )
    path.write_text("\n".join(padded), encoding="gb18030")
    os.utime(path, (0, 0))
    ended = await Runner(Intake(database, model, vault), Settings(), "test").run(source, Brake(), lambda file: None)
    assert ended is not None
    assert ended.run.counts == {"CREATED": 3}


def test_a_layout_that_cannot_be_followed_is_a_mistake_of_the_file(tmp_path: Path, model: Model) -> None:
    path = declared(tmp_path)
    text = path.read_text(encoding="utf-8").replace(f"start = {1 + WIDTH}\n", f"start = {WIDTH}\n")
    path.write_text(text, encoding="utf-8")
    _, (mistake,) = examine_sources(path, model)
    assert "lie over each other" in mistake.message
    assert msgspec.json.encode(TITLES[0]).decode().strip('"') in mistake.message
