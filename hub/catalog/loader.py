"""Read the model from its TOML files and cross-check it.

Takes the shipped directory and, after it, a deployment's own; a file of the same name replaces the shipped one.
Gives a ``Model`` or raises ``InvalidModel`` naming file and line.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.catalog.checks import problems
from hub.catalog.code_list import CodeList
from hub.catalog.contents import Model, ModelFile
from hub.catalog.cross_check import CrossCheck
from hub.catalog.item import Item, Shape
from hub.catalog.lines import line_of
from hub.catalog.record_type import RecordType
from hub.catalog.register import Department, Register
from hub.errors import InvalidModel, InvalidSetting

Named = TypeVar("Named", Department, CodeList, Register, RecordType, Shape, CrossCheck)


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
    contents = dict(_contents(files("hub.catalog") / "model"))
    if directory:
        if not directory.is_dir():
            raise InvalidSetting(name="HUB_MODEL_DIR", problem=f"there is no directory {directory}")
        contents |= _contents(directory)
    sources = [_decode(name, content) for name, content in sorted(contents.items())]
    model = _assemble(sources)
    for source in sources:
        for path, problem in problems(model, source.file):
            raise source.error(path, problem)
    return model


def _contents(directory: Traversable) -> Iterator[tuple[str, bytes]]:
    """The TOML files below ``directory``, by their path in it."""
    for entry in directory.iterdir():
        if entry.is_dir():
            yield from ((f"{entry.name}/{name}", content) for name, content in _contents(entry))
        elif entry.name.endswith(".toml"):
            yield entry.name, entry.read_bytes()


def _decode(name: str, content: bytes) -> Source:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidModel(file=name, line=line, problem="the file is not UTF-8") from None
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
    shapes: dict[str, Shape] = {}
    cross_checks: dict[str, CrossCheck] = {}
    for source in sources:
        for index, shape in enumerate(source.file.shape):
            _add(source, shapes, shape, f"shape[{index}]")
    for source in sources:
        for index, department in enumerate(source.file.department):
            _add(source, departments, department, f"department[{index}]")
        if source.file.code_list:
            _add(source, code_lists, source.file.code_list, "code_list")
        if source.file.register:
            _add(source, registers, source.file.register, "register")
        for index, record in enumerate(_completed(source, shapes)):
            _add(source, records, record, f"record[{index}]")
        for index, check in enumerate(source.file.cross_check):
            _add(source, cross_checks, check, f"cross_check[{index}]")
    return Model(
        departments=departments,
        code_lists=code_lists,
        registers=registers,
        records=records,
        merged_items=tuple(item for source in sources for item in source.file.merged_item),
        edges=tuple(edge for source in sources for edge in source.file.edge),
        shapes=shapes,
        purposes=tuple(purpose for source in sources for purpose in source.file.purpose),
        card_sources=tuple(card for source in sources for card in source.file.card),
        cross_checks=cross_checks,
    )


def _completed(source: Source, shapes: Mapping[str, Shape]) -> Iterator[RecordType]:
    """The record types of a file with what they inherit from its register and from the shapes they name."""
    register = source.file.register
    for index, record in enumerate(source.file.record):
        if not register:
            raise source.error(f"record[{index}]", "a record type needs a [register] in the same file")
        department = record.department or register.department
        items = tuple(_shaped(item, shapes.get(item.shape)) if item.shape else item for item in record.item)
        yield msgspec.structs.replace(record, register=register.name, department=department, item=items)


def _shaped(item: Item, shape: Shape | None) -> Item:
    """The item with what its shape holds; one of no known shape stays as it is."""
    return msgspec.structs.replace(item, members=shape.item, plain=shape.plain, distinct=shape.key) if shape else item


def _add(source: Source, into: dict[str, Named], thing: Named, path: str) -> None:
    if thing.name in into:
        raise source.error(f"{path}.name", f"{thing.name} is defined twice")
    into[thing.name] = thing
