"""Write deliveries as departments send them: CSV in two encodings, XLSX and JSON Lines.

Takes canonical values; gives files in which dates, codes and numbers are spelt as the form of the file has them.
The same lines always give the same bytes.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from pathlib import Path

from adapters.sample.flaws import code_lists
from adapters.sample.story import Values
from adapters.sample.xlsx import workbook
from hub.catalog import ItemType, Model, RecordType

_WRITES_NAMES = ("household", "marriageRegistrations", "socialInsurances", "businessRegistration")
"""Record types whose departments write the names of codes rather than the codes."""

_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_FULL_WIDTH_EVERY = 50


class Form(Enum):
    """A form of file, by how its name ends. JSON Lines name items in English, the others title columns in Chinese."""

    CSV_UTF8 = ".csv"
    CSV_GB18030 = ".gb18030.csv"
    XLSX = ".xlsx"
    JSON_LINES = ".jsonl"


class Table:
    """One file of records of one type."""

    def __init__(self, model: Model, record: RecordType, form: Form) -> None:
        self._model = model
        self._record = record
        self._form = form
        self._names = [name for item in record.item if not item.derived for name in item.value_names]
        self._titles = _titles(record)
        self._dates = {item.name for item in record.item if item.type in (ItemType.DATE, ItemType.PARTIAL_DATE)}
        self._codes = dict(code_lists(record)) if record.name in _WRITES_NAMES else {}

    def write(self, path: Path, lines: Iterable[Values]) -> None:
        """Write ``lines`` in their order."""
        spelt = [self._spelt(values, place) for place, values in enumerate(lines, 1)]
        match self._form:
            case Form.JSON_LINES:
                path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in spelt), "utf-8")
            case Form.XLSX:
                path.write_bytes(workbook([self._header(), *(self._cells(line) for line in spelt)]))
            case Form.CSV_UTF8:
                path.write_text(self._csv(spelt), "utf-8-sig", newline="")
            case Form.CSV_GB18030:
                path.write_text(self._csv(spelt), "gb18030", newline="")

    def _csv(self, lines: Iterable[Values]) -> str:
        text = io.StringIO()
        csv.writer(text).writerows([self._header(), *(self._cells(line) for line in lines)])
        return text.getvalue()

    def _header(self) -> list[str]:
        return [self._titles[name] for name in self._names]

    def _cells(self, line: Values) -> list[str]:
        return [line.get(name, "") for name in self._names]

    def _spelt(self, values: Values, place: int) -> Values:
        return {name: self._spell(name, value, place) for name, value in values.items()}

    def _spell(self, name: str, value: str, place: int) -> str:
        if name in self._dates:
            return _spell_date(value, self._form)
        if name in self._codes:
            return self._name_of_code(self._codes[name], value)
        if name.endswith("idNumber"):
            return _spell_id_number(value, self._form, place)
        return value

    def _name_of_code(self, codes: str, value: str) -> str:
        """The name of a code, if the list knows it by that name alone."""
        known = self._model.code_lists[codes]
        name = known.codes.get(value, value)
        return name if known.code_of(name) == value else value


def _titles(record: RecordType) -> Mapping[str, str]:
    """The Chinese title of every column."""
    titles = {item.name: item.zh for item in record.item}
    return titles | {f"{item.name}.{part}": column.zh for item in record.item for part, column in item.parts.items()}


def _spell_date(value: str, form: Form) -> str:
    if form is Form.CSV_GB18030:
        return value.replace("-", "")
    if form is Form.XLSX:
        return "".join(f"{int(part)}{unit}" for part, unit in zip(value.split("-"), "年月日", strict=False))
    return value


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
