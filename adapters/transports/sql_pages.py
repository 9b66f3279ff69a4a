"""The statements that ask a database for the next page of its rows.

Takes how the source is set and the values of the ordering columns after which to read; gives SELECTs, in which every
name is quoted and every value bound by SQLAlchemy. The one text that stands as it is written is the operator's query.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    column,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.types import NullType

from adapters.transports.sql_cursor import Value
from adapters.transports.sql_settings import Changes, Full, SqlSource

Statement = Select[*tuple[Any, ...]]


class SqlPages:
    """The statements for one source; ``order`` names the columns by which its rows are ordered."""

    def __init__(self, source: SqlSource) -> None:
        read = source.read
        if isinstance(read, Full):
            self.order = read.key
        elif isinstance(read, Changes):
            self.order = (read.id,)
        else:
            self.order = (read.column, *(name for name in read.key if name != read.column))
        self._source = source

    def following(self, values: Sequence[Value]) -> Statement:
        """One row more than a page, of those that come after ``values``, or of all where there are none."""
        statement = self._rows().limit(self._source.page_rows + 1)
        return statement.where(_after(self.order, values)) if values else statement

    def among(self, values: Sequence[Value]) -> Statement:
        """The rows whose first ordering column holds one of ``values``."""
        return self._rows().where(column(self.order[0]).in_([_bound(value) for value in values]))

    def _rows(self) -> Statement:
        names = dict.fromkeys((*self._source.columns, *self._needed())) if self._source.columns else ()
        columns: list[ColumnElement[Any]] = [column(name) for name in names]
        return (
            select(*columns or [literal_column("*")])
            .select_from(self._from())
            .order_by(*(column(name) for name in self.order))
        )

    def _needed(self) -> list[str]:
        """The columns that are read whichever are named."""
        read = self._source.read
        own = (read.operation, read.row) if isinstance(read, Changes) else ()
        return [name for name in (*self.order, *own, self._source.stated_at) if name]

    def _from(self) -> FromClause:
        if self._source.table is not None:
            return table(self._source.table, schema=self._source.schema)
        # A colon in the query is the operator's, and no parameter's.
        query = (self._source.query or "").strip().rstrip(";").replace(":", r"\:")
        return text(query).columns(*(column(name) for name in self.order)).subquery("source")


def _after(order: Sequence[str], values: Sequence[Value]) -> ColumnElement[bool]:
    """Past ``values`` in the order of the columns; from them on, where they are fewer than the columns."""
    first: ColumnElement[object] = column(order[0])
    value = _bound(values[0])
    if len(order) == 1:
        return first > value
    if len(values) == 1:
        return first >= value
    return and_(first >= value, or_(first > value, _after(order[1:], values[1:])))


def _bound(value: Value) -> BindParameter[object]:
    """A parameter that bears no type, so that the database compares it as its column is and can use an index."""
    return bindparam(None, value, type_=NullType(), unique=True)
