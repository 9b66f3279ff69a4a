"""Cross-check the model: every name that one part of it uses must be defined in another.

Takes the assembled model and one of its files; gives the mistakes of that file, each with the path it is written at.
"""

from collections.abc import Iterator
from inspect import signature

from hub.catalog.code_list import CodeList
from hub.catalog.contents import Model, ModelFile
from hub.catalog.contradictions import CONTRADICTIONS
from hub.catalog.cross_check import CrossCheck, Place
from hub.catalog.deciders import undecidable
from hub.catalog.derived import RULES
from hub.catalog.edge import Edge
from hub.catalog.item import Derivation, Item, Shape
from hub.catalog.kinds import PARTS, REFERRED, SHAPED, Basis, EntityKind, ItemType
from hub.catalog.names import Reserved, clashes
from hub.catalog.record_type import RecordType
from hub.catalog.soundness import unsound
from hub.catalog.terms import unshareable

Problem = tuple[str, str]
_INSIDE = frozenset(ItemType) - {ItemType.PERSON, ItemType.SUBJECT, ItemType.IDENTIFIER, *SHAPED}
"""The types that an item of a shape may have: none that names a person."""


def problems(model: Model, file: ModelFile, reserved: Reserved) -> Iterator[Problem]:
    """The mistakes of one file, in the order in which they are written."""
    for department in file.register.departments if file.register else ():
        if department not in model.departments:
            yield (
                "register.department",
                f"there is no department {department}; name one of the model, or add a [[department]]",
            )
    for index, shape in enumerate(file.shape):
        yield from _shape(model, shape, f"shape[{index}]")
    for index, record in enumerate(file.record):
        held = model.records.get(record.name)
        if held and file.register and held.register == file.register.name:
            yield from _record(model, held, f"record[{index}]")
    if file.code_list:
        yield from _code_list(file.code_list)
    yield from _departments(model, file)
    yield from undecidable(model, file)
    yield from unsound(model, file)
    yield from clashes(model, file, reserved)
    yield from _edges(model, file)
    yield from _cards(model, file)
    yield from unshareable(model, file)
    for index, check in enumerate(file.cross_check):
        yield from _cross_check(model, check, f"cross_check[{index}]")


def _record(model: Model, record: RecordType, at: str) -> Iterator[Problem]:
    if record.department not in {*model.departments, model.registers[record.register].department}:
        yield (
            f"{at}.department",
            f"there is no department {record.department}; name one of the model, or add a [[department]]",
        )
    if record.name in model.merged[record.entity]:
        yield f"{at}.name", f"{record.name} is also the name of a merged item; choose another name"
    if len(record.items) != len(record.item):
        yield at, f"the record type {record.name} has two items of one name; give each its own"
    if record.cardinality == "many" and not record.key:
        yield at, f"{record.name} has cardinality many and needs a key; list the items that tell its records apart"
    named = [*record.identified_by, *record.effective, *(name for key in record.key for name in key)]
    values = {name for item in record.item for name in (item.name, *item.value_names)}
    for name in named:
        if name not in values:
            yield at, f"{record.name} names the item {name}, which it does not have; name one of its items"
    for index, item in enumerate(record.item):
        for problem in _item(model, record, item):
            yield f"{at}.item[{index}]", problem


def _code_list(code_list: CodeList) -> Iterator[Problem]:
    for alias, code in code_list.aliases.items():
        if code not in code_list.codes:
            yield f"code_list.aliases.{alias}", f"there is no code {code}; add it to the codes, or name one of them"
    for code in code_list.schemes:
        if code not in code_list.codes:
            yield f"code_list.schemes.{code}", f"there is no code {code}; add it to the codes, or name one of them"


def _shape(model: Model, shape: Shape, at: str) -> Iterator[Problem]:
    names = {item.name for item in shape.item}
    if len(names) != len(shape.item):
        yield at, f"the shape {shape.name} has two items of one name; give each its own"
    for name in (shape.plain, *shape.key):
        if name not in names:
            yield at, f"{shape.name} names the item {name}, which it does not have; name one of its items"
    for index, item in enumerate(shape.item):
        if item.type not in _INSIDE:
            yield (
                f"{at}.item[{index}]",
                f"an item of type {item.type} cannot stand inside another; take it out of the shape",
            )
        for problem in _codes(model, item):
            yield f"{at}.item[{index}]", problem


def _item(model: Model, record: RecordType, item: Item) -> Iterator[str]:
    yield from _codes(model, item)
    if item.type is ItemType.IDENTIFIER and not item.scheme:
        yield f"{item.name} is an identifier and must name its scheme; add scheme"
    if item.basis is Basis.LISTED and not item.numbers:
        yield f"{item.name} is listed by an article and must give its number; add number, or say another basis"
    if item.former_of:
        present = record.items.get(item.former_of)
        if not present or (present.scheme, item.placed) != (item.scheme, "entity"):
            yield f"{item.name} must be placed at the entity and of the scheme of {item.former_of}"
    if item.derived:
        yield from _derivation(record, item.name, item.derived)


def _codes(model: Model, item: Item) -> Iterator[str]:
    """What is wrong with the parts, the code lists and the shape that an item names."""
    allowed = PARTS.get(item.type, {})
    for part in item.parts:
        if part not in allowed:
            yield f"an item of type {item.type} has no part {part}; its parts are {', '.join(allowed) or 'none'}"
        elif allowed[part] is ItemType.CODED and not item.parts[part].codes:
            yield f"{item.name}.{part} is coded and must name its code list; add codes"
    for codes in (item.codes, *(part.codes for part in item.parts.values())):
        if codes and codes not in model.code_lists:
            yield f"there is no code list {codes}; name one of the model, or add it"
    if item.type is ItemType.CODED and not item.codes:
        yield f"{item.name} is coded and must name its code list; add codes"
    if (item.type in SHAPED) != (item.shape in model.shapes):
        yield f"{item.name} is of type {item.type} and names the shape {item.shape}; only an object or a list has one"


def _derivation(record: RecordType, name: str, derivation: Derivation) -> Iterator[str]:
    if derivation.rule == "constant":
        if derivation.value is None:
            yield f"{name} is constant and must give its value; add value"
    elif derivation.rule not in RULES:
        yield f"there is no rule {derivation.rule}; the rules are constant, {', '.join(RULES)}"
    elif len(signature(RULES[derivation.rule]).parameters) != len(derivation.of):
        yield f"the rule {derivation.rule} takes another number of items; list in of what docs/model.md says"
    values = {name for other in record.item for name in (other.name, *other.value_names)}
    for source in derivation.of:
        if source not in values:
            yield f"{name} is derived from {source}, which {record.name} does not have; name one of its items"


def _departments(model: Model, file: ModelFile) -> Iterator[Problem]:
    for index, department in enumerate(file.department):
        for former in department.successor_of:
            if former not in model.departments:
                yield (
                    f"department[{index}].successor_of",
                    f"there is no department {former}; name one of the model, or add a [[department]]",
                )


def _edges(model: Model, file: ModelFile) -> Iterator[Problem]:
    for index, edge in enumerate(file.edge):
        at = f"edge[{index}]"
        if edge.name in model.merged[edge.entity] or edge.name in model.records:
            yield f"{at}.name", f"{edge.name} is also the name of a merged item or a record type; choose another name"
        endings = tuple(ending.item for ending in edge.ended_by)
        named = {"names": edge.names, "named_in": edge.named_in, "ended_by": endings}
        gaps = [(key, path) for key, paths in named.items() for path in paths if not _is_item(model, path)]
        yield from ((f"{at}.{key}", f"there is no item {path}; name one as record.item") for key, path in gaps)
        if not gaps:
            yield from ((at, problem) for problem in _ways(model, edge))


def _ways(model: Model, edge: Edge) -> Iterator[str]:
    """What is wrong with the ways of an edge, all of which are items."""
    strangers = [path for path in edge.ways if model.item(path).type not in REFERRED]
    yield from (
        f"{path} is no reference to an entity; name an item of type person or organization" for path in strangers
    )
    if not edge.ways:
        yield f"{edge.name} goes by no item; name those that refer in names or named_in"
    if strangers or not edge.ways:
        return
    starts = {model.records[path.partition(".")[0]].entity for path in edge.names}
    if (starts | {REFERRED[model.item(path).type] for path in edge.named_in}) != {edge.entity}:
        yield f"{edge.name} goes by an item that is not about a {edge.entity}; name items of one"
        return
    same_type = [other for other in model.edges if other.type == edge.type and other.ways]
    if len({kind for other in same_type for kind in model.targets_of(other)}) > 1:
        yield f"{edge.type} leads to entities of both kinds; give each kind a type of its own"


def _cards(model: Model, file: ModelFile) -> Iterator[Problem]:
    for index, card in enumerate(file.card):
        for source in card.sources:
            known = source in model.merged[card.entity] or _is_item(model, source)
            if not known or model.leaf(card.entity, source) is None:
                yield (
                    f"card[{index}].from",
                    f"{source} is no item that a {card.entity} shows; name a merged item of one or record.item",
                )


def _cross_check(model: Model, check: CrossCheck, at: str) -> Iterator[Problem]:
    if check.rule not in CONTRADICTIONS:
        yield f"{at}.rule", f"there is no rule {check.rule}; the rules are {', '.join(CONTRADICTIONS)}"
        return
    if check.register and check.register not in model.registers:
        yield (
            f"{at}.register",
            f"there is no register {check.register}; name one of the model, or leave the line out",
        )
    values = len(signature(CONTRADICTIONS[check.rule]).parameters) - 1
    for entry in check.places:
        if len(entry) != values:
            yield (
                f"{at}.of",
                f"the rule {check.rule} takes {values} values, and an entry has {len(entry)}; list as many",
            )
        for place in entry:
            for problem in _place(model, check, place):
                yield f"{at}.of", problem
        if entry and not model.governed(check.entity, entry[0].path):
            yield (
                f"{at}.of",
                f"{entry[0].path} is no item that access is decided on; put one first, for it is the one in question",
            )


def _place(model: Model, check: CrossCheck, place: Place) -> Iterator[str]:
    if not _is_value(model, check.entity, place.path):
        yield f"there is no item {place.path} of a {check.entity}; name a merged item, a record type or record.item"
    elif place.fact:
        item = model.records[place.record_type].items.get(place.path.partition(".")[2])
        kind = REFERRED.get(item.type) if item else None
        if kind is None:
            yield f"{place.path} refers to no entity; name an item of type person or organization before the arrow"
        elif not _is_value(model, kind, place.fact):
            yield f"there is no item {place.fact} of a {kind}; after the arrow, name an item of the entity referred to"


def _is_value(model: Model, kind: EntityKind, path: str) -> bool:
    """Whether a merged item, a record type or an item of one is called so."""
    record = model.records.get(path.partition(".")[0])
    if record is None or record.entity is not kind:
        return path in model.merged[kind]
    return path == record.name or _is_item(model, path)


def _is_item(model: Model, source: str) -> bool:
    """Whether ``record.item[.part]`` names something that exists."""
    return model.value_at(source) is not None
