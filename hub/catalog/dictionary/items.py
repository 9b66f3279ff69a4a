"""The rows of the data dictionary that tell of items: one for each, and one for each of its parts and members."""

from collections.abc import Iterator

from hub.catalog.contents import Model
from hub.catalog.item import Item, Part
from hub.catalog.record_type import RecordType

Row = tuple[str, ...]
ITEM_COLUMNS = (
    "record type",
    "item",
    "名称",
    "title",
    "number",
    "GraphQL path",
    "type",
    "code list",
    "version",
    "scheme",
    "sensitivity",
    "role",
    "basis",
    "required",
    "feeds",
    "decided by",
    "compared with",
    "column titles",
    "derived from",
    "note",
)


def item_rows(model: Model) -> Iterator[Row]:
    """A row for every item of every record type."""
    feeds = _Feeds(model)
    for record in model.records.values():
        for item in record.item:
            yield _item(model, feeds, record, item)
            for name, part in item.parts.items():
                yield _part(model, feeds, record, item, name, part)
            for member in item.members:
                yield _member(model, record, item, member)


class _Feeds:
    """Which merged items a value speaks of, who decides these, and which it is only held against."""

    def __init__(self, model: Model) -> None:
        self._deciders: dict[str, list[tuple[str, str]]] = {}
        self._compared: dict[str, list[str]] = {}
        for merged in model.merged_items:
            records = dict.fromkeys(rule.record_type for rule in merged.authority)
            departments = " then ".join(dict.fromkeys(model.records[name].department for name in records))
            path = f"{merged.entity.type_name}.{merged.name}"
            for rule in merged.authority:
                self._deciders.setdefault(rule.source, []).append((path, departments))
            for source in merged.compare:
                self._compared.setdefault(source, []).append(path)

    def cells(self, record: RecordType, source: str) -> tuple[str, str, str]:
        """The merged items that the value at ``source`` feeds, who decides it or them, and what it is held against."""
        fed = self._deciders.get(source, [])
        deciders = "; ".join(departments for _, departments in fed) or record.department
        return ", ".join(path for path, _ in fed), deciders, ", ".join(self._compared.get(source, []))


def _item(model: Model, feeds: _Feeds, record: RecordType, item: Item) -> Row:
    derived = f"{item.derived.rule}({', '.join(item.derived.of)})" if item.derived else ""
    return (
        record.name,
        item.name,
        item.zh,
        item.title,
        item.number,
        f"{record.entity.type_name}.{record.name}.{item.name}" if item.placed == "record" else "",
        item.shape or item.type,
        *_codes(model, item.codes),
        item.scheme or "",
        item.sensitivity,
        item.role,
        item.basis,
        "required" if item.required else "",
        *feeds.cells(record, f"{record.name}.{item.name}"),
        "" if item.derived else ", ".join((item.zh, *item.columns)),
        derived,
        item.note,
    )


def _part(model: Model, feeds: _Feeds, record: RecordType, item: Item, name: str, part: Part) -> Row:
    return (
        record.name,
        f"{item.name}.{name}",
        part.zh,
        "",
        part.number,
        f"{record.entity.type_name}.{record.name}.{item.name}.{name}" if item.placed == "record" else "",
        item.part_type(name),
        *_codes(model, part.codes),
        "",
        part.sensitivity or item.sensitivity,
        item.role,
        part.basis or item.basis,
        "",
        *feeds.cells(record, f"{record.name}.{item.name}.{name}"),
        ", ".join((part.zh, *part.columns)),
        "",
        "",
    )


def _member(model: Model, record: RecordType, item: Item, member: Item) -> Row:
    return (
        record.name,
        f"{item.name}.{member.name}",
        member.zh,
        member.title,
        member.number,
        f"{record.entity.type_name}.{record.name}.{item.name}.{member.name}" if item.placed == "record" else "",
        member.type,
        *_codes(model, member.codes),
        "",
        item.sensitivity,
        item.role,
        member.basis,
        "",
        "",
        record.department,
        "",
        ", ".join((member.zh, *member.columns)),
        "",
        member.note,
    )


def _codes(model: Model, name: str | None) -> tuple[str, str]:
    return (name, model.code_lists[name].version) if name else ("", "")
