"""Write the tables of the data dictionary as Markdown: a section for each, and for each group of rows."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from hub.catalog.dictionary.tables import Row, Table


def as_markdown(tables: Iterable[Table], title: str = "Data dictionary · 数据字典") -> str:
    """One document of all ``tables``."""
    return "\n".join([f"# {title}", *(line for table in tables for line in _section(table))]) + "\n"


def _section(table: Table) -> Iterator[str]:
    yield from ("", f"## {table.title} · {table.zh}")
    if not table.grouped:
        yield from _rows(table.columns, table.rows)
        return
    for group, rows in groupby(table.rows, key=lambda row: row[0]):
        yield from ("", f"### {_cell(group)}")
        yield from _rows(table.columns[1:], [row[1:] for row in rows])


def _rows(columns: Row, rows: Iterable[Row]) -> Iterator[str]:
    yield from ("", _line(columns), _line(("---",) * len(columns)))
    yield from (_line(row) for row in rows)


def _line(cells: Row) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    """A text that neither ends its cell nor becomes markup."""
    plain = " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
    return plain.replace("&", "&amp;").replace("<", "&lt;")
