"""Write deliveries as departments send them: CSV in two encodings, XLSX and JSON Lines.

Takes canonical values; gives files in which dates, codes and numbers are spelt as the form of the file has them.
The same lines always give the same bytes.
"""

import csv
import io
import json
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import date
from enum import Enum
from pathlib import Path

from adapters.sample.flaws import code_lists
from adapters.sample.story import Line, Values
from hub.catalog import Item, ItemType, Model, RecordType
from hub.reasons import ReasonCode
from hub.workbook import Formula, workbook

_WRITES_NAMES = ("household", "marriageRegistrations", "socialInsurances", "businessRegistration")
"""Record types whose departments write the names of codes rather than the codes."""

_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_FULL_WIDTH_EVERY = 50
_OPERATION, _SINCE = "_operation", "_validFrom"
_LINE_TITLES = {_OPERATION: "操作", _SINCE: "生效日期"}
"""Columns that say something of the line itself."""
_NO_CHARACTER = "\ue000"
_DATES = (ItemType.DATE, ItemType.PARTIAL_DATE, ItemType.PARTIAL_TIME)


class Form(Enum):
    """A form of file: how its name ends, and the reason for which a line that is broken in it cannot be taken in.

    JSON Lines name items in English, the others title columns in Chinese.
    """

    CSV_UTF8 = (".csv", ReasonCode.WRONG_NUMBER_OF_CELLS)
    CSV_GB18030 = (".gb18030.csv", ReasonCode.INVALID_ENCODING)
    XLSX = (".xlsx", ReasonCode.FORMULA)
    JSON_LINES = (".jsonl", ReasonCode.MALFORMED_LINE)

    def __init__(self, suffix: str, breakage: ReasonCode) -> None:
        self.suffix = suffix
        self.breakage = breakage


class Table:
    """One file of records of one type."""

    def __init__(self, model: Model, record: RecordType, form: Form) -> None:
        self._model = model
        self._record = record
        self._form = form
        self._titles = _titles(record) | _LINE_TITLES
        self._dates = {inner.name for inner in _inner_items(record) if inner.type in _DATES}
        self._codes = dict(code_lists(record)) if record.name in _WRITES_NAMES else {}

    def write(self, path: Path, lines: Sequence[Line]) -> None:
        """Write ``lines`` in their order."""
        spelt = [self._spelt(line, place) for place, line in enumerate(lines, 1)]
        used = {name for line in spelt for name in line}
        names = [name for name in self._titles if name in used]
        broken = {place for place, line in enumerate(lines, 1) if line.illegible}
        match self._form:
            case Form.JSON_LINES:
                path.write_text("".join(_json_lines(spelt, broken)), "utf-8")
            case Form.XLSX:
                path.write_bytes(workbook({"Sheet1": self._rows(names, spelt, broken)}))
            case Form.CSV_UTF8:
                path.write_bytes("".join(map(_csv_line, self._rows(names, spelt, broken))).encode("utf-8-sig"))
            case Form.CSV_GB18030:
                path.write_bytes(b"".join(_gb18030(self._rows(names, spelt, broken))))

    def _rows(self, names: Sequence[str], lines: Iterable[Values], broken: Container[int]) -> Iterator[list[str]]:
        """The header and the cells of each line; those of a broken one are broken as the form has it."""
        yield [self._titles[name] for name in names]
        for place, line in enumerate(lines, 1):
            cells = [line.get(name, "") for name in names]
            yield self._broken(cells) if place in broken else cells

    def _broken(self, cells: list[str]) -> list[str]:
        match self._form:
            case Form.XLSX:
                return [Formula("1/1"), *cells[1:]]
            case Form.CSV_GB18030:
                return [*cells[:-1], cells[-1] + _NO_CHARACTER]
            case _:
                return [*cells, "多余"]

    def _spelt(self, line: Line, place: int) -> Values:
        spelt = {name: self._spell(name, value, place) for name, value in line.values.items()}
        if line.operation.value:
            spelt[_OPERATION] = line.operation.value
        if line.since:
            spelt[_SINCE] = line.since.isoformat()
        return spelt

    def _spell(self, name: str, value: str, place: int) -> str:
        if name.rpartition(".")[2] in self._dates and value[:4].strip("0").isdecimal():
            return _spell_date(value, self._form)
        if name in self._codes:
            return self._name_of_code(self._codes[name], value)
        if name.endswith("idNumber") and value[:-1].isdecimal():
            return _spell_id_number(value, self._form, place)
        return value

    def _name_of_code(self, codes: str, value: str) -> str:
        """The name of a code, if the list knows it by that name alone."""
        known = self._model.code_lists[codes]
        name = known.codes.get(value, value)
        return name if known.code_of(name) == value else value


def _titles(record: RecordType) -> dict[str, str]:
    """The Chinese title of every column that has one of its own, in the order of the model."""
    titles: dict[str, str] = {}
    for item in record.item:
        if not item.derived:
            titles |= {item.name: item.zh}
            titles |= {f"{item.name}.{part}": column.zh for part, column in item.parts.items()}
            titles |= {f"{item.name}.{member.name}": member.zh for member in item.members}
    return {name: title for name, title in titles.items() if record.columns.get(title) == name}


def _inner_items(record: RecordType) -> Iterator[Item]:
    for item in record.item:
        yield from (item, *item.members)


def _json_lines(lines: Iterable[Values], broken: Container[int]) -> Iterator[str]:
    for place, line in enumerate(lines, 1):
        text = json.dumps(line, ensure_ascii=False)
        yield (text[:-1] if place in broken else text) + "\n"


def _csv_line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _gb18030(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Lines in GB18030, in which a private sign stands for a byte that is no character."""
    for cells in rows:
        text, spoilt, end = _csv_line(cells).partition(_NO_CHARACTER)
        yield text.encode("gb18030") + (b"\xff" if spoilt else b"") + end.encode("gb18030")


def _spell_date(value: str, form: Form) -> str:
    day, _, clock = value.partition(" ")
    if form is Form.CSV_GB18030:
        day = day.replace("-", "")
    if form is Form.XLSX:
        day = "".join(f"{int(part)}{unit}" for part, unit in zip(day.split("-"), "年月日", strict=False))
    return f"{day} {clock}".strip()


def _spell_id_number(value: str, form: Form, place: int) -> str:
    """Some forms have a small x; some lines are typed in full width."""
    if place % _FULL_WIDTH_EVERY == 0:
        return value.translate(_FULL_WIDTH)
    return value.lower() if form is Form.CSV_GB18030 else value


class Manifest:
    """``deliveries.toml``: which file is a delivery of what, made when, in the order of loading."""

    def __init__(self) -> None:
        self._entries: list[str] = []

    def add(self, record: RecordType, file: str, stated_on: date) -> None:
        """Add a delivery."""
        self._entries.append(
            f"[[delivery]]\n"
            f'register = "{record.register}"\n'
            f'record = "{record.name}"\n'
            f'file = "{file}"\n'
            f"stated_on = {stated_on.isoformat()}\n"
        )

    def __len__(self) -> int:
        return len(self._entries)

    def write(self, path: Path) -> None:
        """Write it."""
        path.write_text(
            "# The deliveries of a sample city in the order of loading\n\n" + "\n".join(self._entries), "utf-8"
        )
