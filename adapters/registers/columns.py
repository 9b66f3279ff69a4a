"""Match the columns of a delivery to the items of a record type, by Chinese title or English name.

A column that matches nothing is reported and kept with its line, never dropped silently. A few titles, none of them an
item's, say something about the line itself: what it does, when it was said, since when it holds, of what there is none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from unicodedata import normalize

import msgspec

from adapters.transports import Row
from hub.catalog import Model, RecordType
from hub.clock import SHANGHAI
from hub.errors import UnknownRecordType, UnknownRegister, UnrecognisedColumns
from hub.intake.delivery import BrokenLine, Line, Operation
from hub.reasons import ReasonCode, named, reason

LINE_COLUMNS: Mapping[str, str] = {
    "_operation": "operation",
    "操作": "operation",
    "_statedAt": "stated_at",
    "变更时间": "stated_at",
    "_validFrom": "valid_from",
    "生效日期": "valid_from",
    "_ended": "ended",
    "_withdrawn": "withdrawn",
    "_none": "none",
    "明确为无": "none",
    "_replaces": "replaces",
    "替换退回行": "replaces",
}
"""The titles of columns that speak of the line, not of its record."""
OPERATIONS: Mapping[str, Operation] = {
    "": Operation.STATE,
    **{operation.value: operation for operation in Operation},
    "报送": Operation.STATE,
    "终止": Operation.END,
    "撤回": Operation.WITHDRAW,
}
_YES = ("1", "Y", "YES", "T", "TRUE", "D", "DEL", "DELETE", "DELETED", "是", "删除", "已删除", "注销")
_NO = ("", "0", "N", "NO", "F", "FALSE", "I", "INSERT", "U", "UPDATE", "否", "正常", "有效")
MARKS: Mapping[str, bool] = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
"""What a column says by which a source marks lines, such as 删除标志, and whether the line is marked by it."""
_MARKED: Mapping[str, Operation] = {"withdrawn": Operation.WITHDRAW, "ended": Operation.END}


def choose_record(model: Model, register: str, titles: Collection[str], file: str, named: str | None) -> RecordType:
    """The record type that a delivery with the columns ``titles`` is about: the one named, else the best match.

    Columns that another register knows better are that register's, and none of this one's record types.
    """
    if register not in model.registers:
        raise UnknownRegister(register=register)
    records = {record.name: record for record in model.records.values() if record.register == register}
    if named:
        if named not in records:
            raise UnknownRecordType(register=register, record_type=named)
        return records[named]
    matches = {name: _matches(record, titles) for name, record in model.records.items()}
    best = max(matches[name] for name in records)
    likely = [name for name in records if matches[name] == best]
    if not best:
        keys = (title for record in records.values() for title, name in record.titles() if name in record.identified_by)
        problem = f"no column names the key of a record; its title may be {', '.join(dict.fromkeys(keys))}"
        raise UnrecognisedColumns(file=file, register=register, problem=problem)
    closest = max(model.records.values(), key=lambda record: matches[record.name])
    if matches[closest.name] > best:
        problem = f"its columns are those of {closest.name} in {closest.register}"
        raise UnrecognisedColumns(file=file, register=register, problem=problem)
    if len(likely) > 1:
        raise UnrecognisedColumns(file=file, register=register, problem=f"it may be {' or '.join(likely)}")
    return records[likely[0]]


def refuse_twins(record: RecordType, titles: Collection[str], file: str) -> None:
    """Raise if two of ``titles`` stand for one item: which of them counts could only be guessed."""
    seen: dict[str, str] = {}
    for title in titles:
        name = record.columns.get(title)
        if name and name in seen:
            problem = f"the columns {named(seen[name])} and {named(title)} stand for the same item"
            raise UnrecognisedColumns(file=file, register=record.register, problem=problem)
        if name:
            seen[name] = title


def refuse_strangers(record: RecordType, names: Collection[str], file: str) -> None:
    """Raise if one of ``names``, which columns were said to stand for, is no item of the record type."""
    for name in names:
        if name not in record.columns and name not in LINE_COLUMNS:
            problem = f"--columns names {named(name)}, which {record.name} does not have"
            raise UnrecognisedColumns(file=file, register=record.register, problem=problem)


def _matches(record: RecordType, titles: Collection[str]) -> int:
    """How many of ``titles`` the record type knows, or none if they cannot identify an entity."""
    known = {record.columns[title] for title in titles if title in record.columns}
    return len(known) if known & set(record.identified_by) else 0


@dataclass
class ColumnMap:
    """Turns rows into lines about records of one type; ``unknown`` gathers the titles that matched nothing.

    ``mapping`` gives further titles, as a department spells them, with the item (or ``item.part``) that each means.
    """

    record: RecordType
    mapping: Mapping[str, str] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)

    def lines(self, rows: Iterable[Row | BrokenLine]) -> Iterator[Line | BrokenLine]:
        """The lines that ``rows`` hold."""
        return (self._broken(row) if isinstance(row, BrokenLine) else self._line(row) for row in rows)

    def _broken(self, row: BrokenLine) -> BrokenLine:
        """A row that could not be read, its column named by the item that it is, where it is one."""
        column = row.reason.column
        name = self.record.columns.get(self.mapping.get(column, column)) if column else None
        return replace(row, reason=row.reason.titled(name)) if name else row

    def _line(self, row: Row) -> Line | BrokenLine:
        values: dict[str, object] = {}
        about: dict[str, object] = {}
        for title, cell in row.cells.items():
            meant = self.mapping.get(title, title)
            if name := self.record.columns.get(meant):
                if cell != "" and not (name in values and cell is None):
                    values[name] = cell
            elif name := LINE_COLUMNS.get(meant):
                if cell is not None and cell != "":
                    about[name] = cell
            else:
                self.unknown.setdefault(title)
        for title in _titles(about.get("none")):
            meant = self.mapping.get(title, title)
            if meant not in self.record.columns:
                why = reason(ReasonCode.UNKNOWN_ITEM, column=title)
                return BrokenLine(row.place, why, msgspec.json.encode(row.cells))
            values.setdefault(self.record.columns[meant])
        try:
            return Line(
                place=row.place,
                record_type=self.record.name,
                values=values,
                cells=row.cells,
                operation=_operation(about),
                stated_at=_instant(about.get("stated_at")),
                valid_from=_day(about.get("valid_from")),
                replaces=str(about["replaces"]) if "replaces" in about else None,
            )
        except KeyError:
            codes = f"STATE, END, WITHDRAW / {', '.join(filter(None, MARKS))}"
            why = reason(ReasonCode.UNKNOWN_CODE, column="操作/删除标志", title="operation, deletion mark", codes=codes)
        except ValueError:
            why = reason(ReasonCode.IMPOSSIBLE_DATE, column="变更时间/生效日期", title="stated at, valid from")
        return BrokenLine(row.place, why, msgspec.json.encode(row.cells))


def _titles(cell: object) -> list[str]:
    """The titles of columns that a cell lists, parted by commas."""
    return [title for part in str(cell or "").replace("，", ",").split(",") if (title := part.strip())]


def _operation(about: Mapping[str, object]) -> Operation:
    """What a line says of its record: spelt out, or by a mark; raises ``KeyError`` for a word that is neither."""
    marks = [operation for name, operation in _MARKED.items() if MARKS[_word(about.get(name))]]
    spelt_out = _word(about.get("operation"))
    return OPERATIONS[spelt_out] if spelt_out or not marks else marks[0]


def _word(cell: object) -> str:
    """A short word in one spelling, whatever its width and case; of a spreadsheet's whole number without .0."""
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str("" if cell is None else cell)
    return normalize("NFKC", text).strip().upper()


def _instant(cell: object) -> datetime | None:
    """An instant; without a zone it is meant in Shanghai."""
    if cell is None or cell == "":
        return None
    instant = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell).strip())
    return instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)


def _day(cell: object) -> date | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return cell.date()
    return cell if isinstance(cell, date) else date.fromisoformat(str(cell).strip())
