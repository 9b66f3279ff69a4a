"""Put the model together from its TOML files and cross-check it.

Takes the shipped directory and, after it, a deployment's own; a file of the same name replaces the shipped one.
Gives a ``Model`` or raises ``InvalidModel`` naming file and line; ``examine`` gives every mistake.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.catalog.checks import problems
from hub.catalog.code_list import CodeList
from hub.catalog.contents import Model, ModelFile
from hub.catalog.cross_check import CrossCheck
from hub.catalog.files import Source, find, in_order, read
from hub.catalog.item import Item, Shape
from hub.catalog.names import Reserved
from hub.catalog.record_type import RecordType
from hub.catalog.register import Department, Register
from hub.errors import InvalidModel, InvalidSetting

Named = TypeVar("Named", Department, CodeList, Register, RecordType, Shape, CrossCheck)
NOTHING_RESERVED = Reserved()


def load_model(directory: Path | None = None, reserved: Reserved = NOTHING_RESERVED) -> Model:
    """The shipped model with the files of ``directory`` added or put in place of those of the same name."""
    if directory and not directory.is_dir():
        raise InvalidSetting(name="HUB_MODEL_DIR", problem=f"there is no directory {directory}")
    model, mistakes = examine(directory, reserved)
    if mistakes:
        raise mistakes[0]
    return model


def examine(directory: Path | None, reserved: Reserved) -> tuple[Model, list[InvalidModel]]:
    """The model as far as its files can be used, and every mistake in them, by file and line.

    A mistake that shows in a deployment's file and in a shipped one is the deployment's.
    """
    shipped = dict(find(files("hub.catalog") / "model"))
    own = dict(find(directory)) if directory else {}
    sources = [read(name, entry) for name, entry in sorted(shipped.items()) if name not in own]
    sources += [read(name, entry) for name, entry in sorted(own.items())]
    model = _assemble(sources)
    left_out = set().union(*(source.left_out for source in sources))
    for source in sources:
        for path, problem in problems(model, source.file, reserved):
            if not left_out & set(re.findall(r"\w+", problem)):
                source.note(path, problem)
    told = [mistake for source in sources for mistake in in_order(source.mistakes)]
    return model, [mistake for mistake in told if mistake.details["file"] in own] or told


def _assemble(sources: list[Source[ModelFile]]) -> Model:
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
        sharing=tuple(rule for source in sources for rule in source.file.sharing),
        masks=tuple(mask for source in sources for mask in source.file.mask),
    )


def _completed(source: Source[ModelFile], shapes: Mapping[str, Shape]) -> Iterator[RecordType]:
    """The record types of a file with what they inherit from its register and from the shapes they name."""
    register = source.file.register
    for index, record in enumerate(source.file.record):
        if not register and source.left_out:
            continue
        if not register:
            source.note(f"record[{index}]", "a record type needs a [register] in the same file; write one above it")
            continue
        department = record.department or register.department
        items = tuple(_shaped(item, shapes.get(item.shape)) if item.shape else item for item in record.item)
        duty = record.duty or register.duty
        yield msgspec.structs.replace(record, register=register.name, department=department, item=items, duty=duty)


def _shaped(item: Item, shape: Shape | None) -> Item:
    """The item with what its shape holds; one of no known shape stays as it is."""
    return msgspec.structs.replace(item, members=shape.item, plain=shape.plain, distinct=shape.key) if shape else item


def _add(source: Source[ModelFile], into: dict[str, Named], thing: Named, path: str) -> None:
    if thing.name in into:
        source.note(f"{path}.name", f"{thing.name} is defined twice; choose another name")
    else:
        into[thing.name] = thing
