"""Write refused lines as a workbook that their source can mend and deliver again.

Takes lines in quarantine with what came; gives an XLSX file of one sheet, the reason in its first columns. Every cell
is a text, and none becomes a formula. What could not be read stands as it came in a column of its own.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from adapters.registers.columns import LINE_COLUMNS
from hub.clock import SHANGHAI
from hub.intake.kept import KeptLine, read
from hub.store.quarantine import RefusedLine
from hub.workbook import workbook

REASON, REASON_EN, UNREAD = "退回原因", "reason", "原文"
"""The titles of the columns that no source gives: why a line was refused, and what came where it could not be read."""
STATED_AT, OPERATION, VALID_FROM, NONE, REPLACES = "变更时间", "操作", "生效日期", "明确为无", "替换退回行"


def sheet(lines: Sequence[tuple[RefusedLine, bytes]]) -> bytes:
    """The workbook of ``lines``."""
    rows = [_row(line, raw) for line, raw in lines]
    titles = list(dict.fromkeys(title for row in rows for title in row))
    return workbook({"待处理": [titles, *([row.get(title, "") for title in titles] for row in rows)]})


def _row(line: RefusedLine, raw: bytes) -> dict[str, str]:
    """A line by column title; what it says of itself is written out, so that it means the same again."""
    kept = read(raw)
    told = {REASON: line.reason_zh, REASON_EN: line.reason_en, REPLACES: str(line.line_id)}
    if kept is None:
        return told | {UNREAD: raw.decode("utf-8", "replace")}
    cells = {title: _text(value) for title, value in kept.cells.items()}
    return {**told, **cells, **told, **_of_itself(line, kept)}  # the reason stands first, and is not an earlier one


def _of_itself(line: RefusedLine, kept: KeptLine) -> dict[str, str]:
    """What the line says of itself, where none of its own columns does."""
    given = {LINE_COLUMNS[title] for title in kept.cells if title in LINE_COLUMNS}
    said = {
        STATED_AT: (kept.stated_at or line.stated_at).astimezone(SHANGHAI).isoformat(),
        OPERATION: kept.operation.value,
        VALID_FROM: kept.valid_from.isoformat() if kept.valid_from else "",
        NONE: ", ".join(title for title, value in kept.cells.items() if value is None),
    }
    return {title: text for title, text in said.items() if LINE_COLUMNS[title] not in given}


def _text(value: Any) -> str:  # noqa: ANN401 - whatever a cell may hold
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
