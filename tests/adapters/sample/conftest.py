"""One city for all tests that only look at it, read back from its files without the hub's own readers."""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from adapters.sample import CitySummary, make_city
from hub.catalog import Model, RecordType, load_model

OF_THE_LINE = ("操作", "生效日期", "_operation", "_validFrom")
"""Columns that speak of the line, not of its record."""
PERSONS, ENTITIES = 4_000, 1_000


@dataclass(frozen=True)
class FileLine:
    """A data line as it stands in a file; ``values`` go by the names of the model, without empty cells."""

    file: str
    place: int
    record: RecordType
    stated_on: date
    values: Mapping[str, str]

    @property
    def key(self) -> str | None:
        """The best number that the line names its entity by."""
        names = [*self.record.identified_by, "certificateNumber", "registrationNumber", "organizationCode"]
        return next((narrow(self.values[name]) for name in names if name in self.values), None)


@dataclass(frozen=True)
class City:
    """A city's files, read."""

    directory: Path
    summary: CitySummary
    lines: list[FileLine]
    rejected: dict[tuple[str, int], str]
    answers: list[dict[str, Any]]

    @cached_property
    def good_lines(self) -> list[FileLine]:
        return [line for line in self.lines if (line.file, line.place) not in self.rejected]

    @cached_property
    def persons(self) -> dict[str, dict[str, Any]]:
        """The answers about those who have an ID number, by it."""
        return {line["key"]: line["answer"] for line in self.answers if line["scheme"] == "ID_NUMBER"}

    @cached_property
    def entities(self) -> dict[str, dict[str, Any]]:
        return {line["key"]: line["answer"] for line in self.answers if line["kind"] == "LEGAL_ENTITY"}


@pytest.fixture(scope="session")
def model() -> Model:
    return load_model()


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory, model: Model) -> City:
    directory = tmp_path_factory.mktemp("city")
    summary = make_city(directory, PERSONS, ENTITIES, seed=1)
    rejected = {(line["file"], line["place"]): line["reason"] for line in json_lines(directory / "rejected.jsonl")}
    lines = list(delivered(directory, model))
    return City(directory, summary, lines, rejected, json_lines(directory / "expected.jsonl"))


def narrow(text: str) -> str:
    return text.translate(str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")).upper()


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def deliveries(directory: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((directory / "deliveries.toml").read_text("utf-8")).get("delivery", [])
    return found


def delivered(directory: Path, model: Model) -> Iterator[FileLine]:
    for delivery in deliveries(directory):
        record = model.records[delivery["record"]]
        for place, cells in enumerate(rows(directory / delivery["file"]), 1):
            values = {record.columns[title]: cell for title, cell in cells.items() if cell and title not in OF_THE_LINE}
            yield FileLine(delivery["file"], place, record, delivery["stated_on"], values)


def rows(path: Path) -> list[dict[str, str]]:
    """The cells of each line by title, as far as the line can be read at all."""
    if path.suffix == ".jsonl":
        return [json_object(line) for line in path.read_text("utf-8").splitlines()]
    if path.suffix == ".xlsx":
        header, *cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return [dict(zip(map(str, header), map(str, row), strict=True)) for row in cells]
    encoding = "gb18030" if "gb18030" in path.name else "utf-8-sig"
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        return [{title: cell for title, cell in row.items() if title} for row in csv.DictReader(file)]


def json_object(line: str) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(line)
    except ValueError:
        return {}
    return found
