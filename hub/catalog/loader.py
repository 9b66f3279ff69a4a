"""Read the model from its TOML files and cross-check it.

Takes the shipped directory and, after it, a deployment's own; a file of the same name replaces the shipped one.
Gives a ``Model`` or raises ``InvalidModel`` naming file and line.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.catalog.checks import problems
from hub.catalog.lines import line_of
from hub.catalog.shape import CodeList, Department, Model, ModelFile, RecordType, Register
from hub.errors import InvalidModel


Named = TypeVar("Named", Department, CodeList, Register, RecordType)


@dataclass(frozen=True)
class Source:
    """One decoded file and its text, in which mistakes are located."""

    name: str
    text: str
    file: ModelFile

    def error(self, path: str, problem: str) -> InvalidModel:
        """The error that says ``problem`` of what is written at ``path``."""
        return InvalidModel(file=self.name, line=line_of(self.text, path), problem=problem)


def load_model(directory: Path | None = None) -> Model:
    """The shipped model with the files of ``directory`` added or put in place of those of the same name."""
    texts = dict(_texts(files("hub.catalog") / "model"))
    if directory:
        if not directory.is_dir():
            raise InvalidModel(file=directory.name, line=1, problem="the model directory does not exist")
        texts |= _texts(directory)
    sources = [_decode(name, text) for name, text in sorted(texts.items())]
    model = _assemble(sources)
    for source in sources:
        for path, problem in problems(model, source.file):
            raise source.error(path, problem)
    return model


def _texts(directory: Traversable) -> Iterator[tuple[str, str]]:
    """The TOML files below ``directory``, by their path in it."""
    for entry in directory.iterdir():
        if entry.is_dir():
            yield from ((f"{entry.name}/{name}", text) for name, text in _texts(entry))
        elif entry.name.endswith(".toml"):
            yield entry.name, entry.read_text(encoding="utf-8")


def _decode(name: str, text: str) -> Source:
    try:
        return Source(name, text, msgspec.convert(tomllib.loads(text), ModelFile))
    except tomllib.TOMLDecodeError as error:
        problem, _, place = str(error).partition(" (at line ")
        line = int(place.partition(",")[0]) if place else len(text.splitlines())
        raise InvalidModel(file=name, line=line, problem=problem) from None
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `")
        raise InvalidModel(file=name, line=line_of(text, path.rstrip("`")), problem=problem) from None


def _assemble(sources: list[Source]) -> Model:
    departments: dict[str, Department] = {}
    code_lists: dict[str, CodeList] = {}
    registers: dict[str, Register] = {}
    records: dict[str, RecordType] = {}
    for source in sources:
        _collect(source, departments, "department", source.file.department)
        if source.file.code_list:
            _collect(source, code_lists, "code_list", (source.file.code_list,))
        if source.file.register:
            _collect(source, registers, "register", (source.file.register,))
        _collect(source, records, "record", tuple(_completed(source)))
    return Model(
        departments=departments,
        code_lists=code_lists,
        registers=registers,
        records=records,
        merged_items=tuple(item for source in sources for item in source.file.merged_item),
        edges=tuple(edge for source in sources for edge in source.file.edge),
    )


def _completed(source: Source) -> Iterator[RecordType]:
    """The record types of a file with what they inherit from its register."""
    register = source.file.register
    for index, record in enumerate(source.file.record):
        if not register:
            raise source.error(f"record[{index}]", "a record type needs a [register] in the same file")
        department = record.department or register.department
        yield msgspec.structs.replace(record, register=register.name, department=department)


def _collect(source: Source, into: dict[str, Named], table: str, found: tuple[Named, ...]) -> None:
    for index, thing in enumerate(found):
        if thing.name in into:
            raise source.error(f"{table}[{index}].name", f"{thing.name} is defined twice")
        into[thing.name] = thing
