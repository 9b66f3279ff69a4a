"""Write tables as one HTML page that prints well and needs nothing else."""

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from hub.catalog.dictionary.tables import Row, Table

_STYLE = (
    "body{font:14px/1.5 sans-serif;margin:2em}table{border-collapse:collapse;width:100%;margin:1em 0}"
    "th,td{border:1px solid #999;padding:.2em .5em;text-align:left;vertical-align:top}th{background:#eee}"
    "thead{display:table-header-group}tr{break-inside:avoid}@page{size:A3 landscape;margin:1cm}"
)


def as_page(title: str, tables: Iterable[Table]) -> str:
    """One page of all ``tables``."""
    body = "\n".join(line for table in tables for line in _section(table))
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    shown = f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>"
    return f'<!doctype html>\n<html lang="zh">\n<head>{head}</head>\n{shown}\n</html>\n'


def _section(table: Table) -> Iterator[str]:
    yield f"<h2>{escape(table.title)} · {escape(table.zh)}</h2>"
    if not table.grouped:
        yield from _rows(table.columns, table.rows)
        return
    for group, rows in groupby(table.rows, key=lambda row: row[0]):
        yield f"<h3>{escape(group)}</h3>"
        yield from _rows(table.columns[1:], [row[1:] for row in rows])


def _rows(columns: Row, rows: Iterable[Row]) -> Iterator[str]:
    yield f"<table><thead>{_row('th', columns)}</thead><tbody>"
    yield from (_row("td", row) for row in rows)
    yield "</tbody></table>"


def _row(cell: str, texts: Row) -> str:
    return f"<tr>{''.join(f'<{cell}>{escape(text)}</{cell}>' for text in texts)}</tr>"
