"""Find names that clash: types and fields of the schema, titles of columns.

Takes the model, one of its files and the names that are not the model's to give; gives the clashes of that file.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from hub.catalog.contents import Model, ModelFile
from hub.catalog.record_type import RecordType

Problem = tuple[str, str]


@dataclass(frozen=True)
class Reserved:
    """The names that schema and deliveries use for themselves, whatever the model holds."""

    types: frozenset[str] = frozenset()
    entity_fields: frozenset[str] = frozenset()
    record_fields: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()


def clashes(model: Model, file: ModelFile, reserved: Reserved) -> Iterator[Problem]:
    """The names of one file that something else has already."""
    yield from _types(model, file, reserved)
    yield from _entity_fields(model, file, reserved)
    for index, record in enumerate(file.record):
        at = f"record[{index}]"
        for place, item in enumerate(record.item):
            if item.name in reserved.record_fields:
                yield (
                    f"{at}.item[{place}].name",
                    f"every record has a field {item.name} of its own; choose another name",
                )
        yield from _titles(model.records.get(record.name, record), reserved, at)


def _types(model: Model, file: ModelFile, reserved: Reserved) -> Iterator[Problem]:
    """Types of the schema by one name; edges may share theirs."""
    owners = defaultdict(set)
    for record in model.records.values():
        owners[record.type].add(f"the record type {record.name}")
    for name in model.shapes:
        owners[name].add(f"the shape {name}")
    for edge in model.edges:
        owners[edge.type].add("an edge")
    given = [(f"record[{index}].type", record.type) for index, record in enumerate(file.record)]
    given += [(f"shape[{index}].name", shape.name) for index, shape in enumerate(file.shape)]
    given += [(f"edge[{index}].type", edge.type) for index, edge in enumerate(file.edge)]
    for path, name in given:
        if name in reserved.types:
            yield path, f"the schema has a type {name} of its own; choose another name"
        elif len(owners[name]) > 1:
            yield path, f"{' and '.join(sorted(owners[name]))} share the type {name}; give each its own"


def _entity_fields(model: Model, file: ModelFile, reserved: Reserved) -> Iterator[Problem]:
    given = [(f"record[{index}].name", record.entity, record.name) for index, record in enumerate(file.record)]
    given += [(f"merged_item[{index}].name", item.entity, item.name) for index, item in enumerate(file.merged_item)]
    given += [(f"edge[{index}].name", edge.entity, edge.name) for index, edge in enumerate(file.edge)]
    for path, kind, name in given:
        if name in reserved.entity_fields:
            yield path, f"every entity has a field {name} of its own; choose another name"
        if path.startswith("edge") and sum(edge.name == name for edge in model.edges if edge.entity is kind) > 1:
            yield path, f"{name} is defined twice; choose another name"


def _titles(record: RecordType, reserved: Reserved, at: str) -> Iterator[Problem]:
    """Titles under which a column could be either of two items; an item may share one with its own part."""
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for title, value in record.titles():
        owners[title].setdefault(value.partition(".")[0], value)
    places = {item.name: f"{at}.item[{place}]" for place, item in enumerate(record.item)}
    for title, items in owners.items():
        *_, last = items
        if title in reserved.titles:
            yield places[last], f"a column titled {title} speaks of the line itself; give {last} another title"
        if len(items) > 1:
            yield places[last], f"{' and '.join(items)} share the column title {title}; give each its own"
