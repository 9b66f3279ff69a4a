"""The tables of the data dictionary, each a list of rows of texts in the order of the model.

Takes a model; gives tables. The first column of a table names what its rows belong to.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hub.catalog.contents import Model
from hub.catalog.dictionary.items import ITEM_COLUMNS, item_rows
from hub.catalog.dictionary.rules import (
    CARD_COLUMNS,
    CHECK_COLUMNS,
    PURPOSE_COLUMNS,
    card_rows,
    check_rows,
    purpose_rows,
)
from hub.catalog.edge import Edge
from hub.catalog.merged_item import MergedItem
from hub.identifiers.schemes import SCHEMES

Row = tuple[str, ...]
AND = ", "


@dataclass(frozen=True)
class Table:
    """One table; one that is ``grouped`` has a section of its own for each text of its first column."""

    title: str
    zh: str
    columns: Row
    rows: tuple[Row, ...]
    grouped: bool = False


def tables(model: Model) -> tuple[Table, ...]:
    """Every table of the dictionary."""
    return (
        _table("Departments", "部门", _DEPARTMENT_COLUMNS, _departments(model)),
        _table("Registers", "数据来源", _REGISTER_COLUMNS, _registers(model)),
        _table("Record types", "记录类型", _RECORD_COLUMNS, _records(model)),
        _table("Items", "数据项", ITEM_COLUMNS, item_rows(model), grouped=True),
        _table("Merged items", "基准数据项", _MERGED_COLUMNS, _merged_items(model)),
        _table("Authority", "决定次序", _AUTHORITY_COLUMNS, _authority(model), grouped=True),
        _table("Edges", "关联", _EDGE_COLUMNS, _edges(model)),
        _table("Cross-checks", "交叉核对", CHECK_COLUMNS, check_rows(model)),
        _table("Purposes", "用途", PURPOSE_COLUMNS, purpose_rows(model)),
        _table("Cards", "检索卡片", CARD_COLUMNS, card_rows(model)),
        _table("Code lists", "代码集", _LIST_COLUMNS, _code_lists(model)),
        _table("Codes", "代码", _CODE_COLUMNS, _codes(model), grouped=True),
        _table("Identifier schemes", "标识类型", _SCHEME_COLUMNS, _schemes()),
    )


def _table(title: str, zh: str, columns: Row, rows: Iterable[Row], *, grouped: bool = False) -> Table:
    return Table(title, zh, columns, tuple(rows), grouped)


_DEPARTMENT_COLUMNS = ("department", "责任部门", "title", "took over from", "taken over by", "registers")


def _departments(model: Model) -> Iterator[Row]:
    for department in model.departments.values():
        successors = (later.name for later in model.departments.values() if department.name in later.successor_of)
        registers = (register.name for register in model.registers.values() if register.department == department.name)
        yield (
            department.name,
            department.zh,
            department.title,
            AND.join(department.successor_of),
            AND.join(successors),
            AND.join(registers),
        )


_REGISTER_COLUMNS = (
    "register",
    "名称",
    "title",
    "department",
    "责任部门",
    "article",
    "update duty",
    "collected with",
    "formerly",
)


def _registers(model: Model) -> Iterator[Row]:
    for register in model.registers.values():
        yield (
            register.name,
            register.zh,
            register.title,
            register.department,
            model.departments[register.department].zh,
            register.article,
            register.update_duty,
            AND.join(register.joint),
            AND.join(f"{former.department} until {former.until}" for former in register.formerly),
        )


_RECORD_COLUMNS = (
    "record type",
    "名称",
    "title",
    "register",
    "department",
    "责任部门",
    "article",
    "entity",
    "GraphQL type",
    "cardinality",
    "identified by",
    "key",
    "effective",
)


def _records(model: Model) -> Iterator[Row]:
    for record in model.records.values():
        yield (
            record.name,
            record.zh,
            record.title,
            record.register,
            record.department,
            model.departments[record.department].zh,
            record.article,
            record.entity,
            record.type,
            record.cardinality,
            AND.join(record.identified_by),
            " or ".join(AND.join(key) for key in record.key),
            AND.join(record.effective),
        )


_MERGED_COLUMNS = (
    "GraphQL path",
    "名称",
    "title",
    "type",
    "code list",
    "version",
    "scheme",
    "sensitivity",
    "article",
    "where nobody speaks",
)


def _merged_items(model: Model) -> Iterator[Row]:
    for item in model.merged_items:
        codes = model.code_lists.get(item.codes or "")
        yield (
            _path(item),
            item.zh,
            item.title,
            item.type,
            item.codes or "",
            codes.version if codes else "",
            item.scheme or "",
            item.sensitivity,
            item.article,
            item.silence,
        )


_AUTHORITY_COLUMNS = ("item", "place", "from", "department", "责任部门", "standing", "basis", "yields to")


def _authority(model: Model) -> Iterator[Row]:
    """Who decides each merged item, in order, and then what is only held against it."""
    for item in model.merged_items:
        for place, rule in enumerate(item.authority, 1):
            department = model.departments[model.records[rule.record_type].department]
            yield (
                _path(item),
                str(place),
                rule.source,
                department.name,
                department.zh,
                rule.standing,
                rule.basis,
                AND.join(rule.unless),
            )
        for source in item.compare:
            department = model.departments[model.records[source.partition(".")[0]].department]
            yield (_path(item), "", source, department.name, department.zh, "COMPARED", "", "")


def _path(thing: MergedItem | Edge) -> str:
    return f"{thing.entity.type_name}.{thing.name}"


_EDGE_COLUMNS = (
    "GraphQL path",
    "名称",
    "title",
    "GraphQL type",
    "cardinality",
    "leads to",
    "goes by its records'",
    "goes by others'",
    "leads back by",
    "ended by",
    "sensitivity",
    "article",
)


def _edges(model: Model) -> Iterator[Row]:
    for edge in model.edges:
        endings = (" is ".join(filter(None, (end.item, " or ".join(end.codes)))) for end in edge.ended_by)
        yield (
            _path(edge),
            edge.zh,
            edge.title,
            edge.type,
            edge.cardinality,
            model.target_of(edge),
            AND.join(edge.names),
            AND.join(edge.named_in),
            AND.join(_path(other) for other in model.edges if _turns_round(edge, other)),
            AND.join(endings),
            edge.sensitivity,
            edge.article,
        )


def _edge_path(edge: Edge) -> str:
    return f"{edge.entity.type_name}.{edge.name}"


def _turns_round(edge: Edge, other: Edge) -> bool:
    """Whether ``other`` goes the opposite way of ``edge`` by one of its items."""
    return bool({*edge.names} & {*other.named_in} or {*edge.named_in} & {*other.names})


_LIST_COLUMNS = ("code list", "名称", "title", "version", "unknown codes", "codes")


def _code_lists(model: Model) -> Iterator[Row]:
    for codes in model.code_lists.values():
        unknown = "kept as they came" if codes.open else "quarantined"
        yield (codes.name, codes.zh, codes.title, codes.version, unknown, str(len(codes.codes)))


_CODE_COLUMNS = ("code list", "code", "名称", "other spellings")


def _codes(model: Model) -> Iterator[Row]:
    for codes in model.code_lists.values():
        for code, name in codes.codes.items():
            spellings = (alias for alias, meant in codes.aliases.items() if meant == code)
            yield (codes.name, code, name, AND.join(spellings))


_SCHEME_COLUMNS = ("scheme", "名称", "title", "names", "finds an entity", "kept in the vault")
_YES: Callable[[bool], str] = {True: "yes", False: "no"}.__getitem__


def _schemes() -> Iterator[Row]:
    for scheme, rule in SCHEMES.items():
        kind = "a natural person" if rule.identity else "a legal entity"
        yield (scheme, rule.title_zh, rule.title, kind, _YES(rule.finds), _YES(rule.identity))
