"""Ask a department's database, read only, one page at a time.

Takes a SQLAlchemy URL and statements; gives rows as they came from the driver. Drivers block, so that statements run in
a thread. What a refusal tells is the driver's word for it, never a value of a row.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.exc import DBAPIError, ProgrammingError

from adapters.transports.patience import Failing
from adapters.transports.sql_drivers import READ_ONLY, engine_for
from hub.errors import SourceUnusable
from hub.reasons import named

Row = Mapping[str, object]

_PASSING = frozenset({"40", "53", "55", "57", "70"})
"""Classes of SQLSTATE that may be over a moment later: deadlocks, too little of something, locks, time that ran out."""


class SqlDatabase:
    """A database of which pages are asked; connects when the first one is, and anew where it was dropped."""

    def __init__(self, url: str, timeout: int) -> None:
        self._engine = engine_for(url, timeout)
        self._read_only = READ_ONLY.get(self._engine.dialect.name)

    async def read(self, statement: Select[*tuple[Any, ...]]) -> list[Row]:
        """The rows that ``statement`` gives; raises ``Failing`` where the connection fails."""
        return await asyncio.to_thread(self._read, statement)

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    def _read(self, statement: Select[*tuple[Any, ...]]) -> list[Row]:
        try:
            connection = self._engine.connect()
        except DBAPIError as error:
            raise Failing(f"no connection ({_told(error)})") from None
        with connection:
            try:
                return self._rows(connection, statement)
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise Failing(f"the connection was dropped ({_told(error)})") from None
                if str(_code(error))[:2] in _PASSING:
                    raise Failing(f"it is busy ({_told(error)})") from None
                raise SourceUnusable(problem=_told(error)) from None
            except ValueError as error:
                raise SourceUnusable(problem=f"its driver cannot read a value ({type(error).__name__})") from None

    def _rows(self, connection: Connection, statement: Select[*tuple[Any, ...]]) -> list[Row]:
        if self._read_only:
            connection.exec_driver_sql(self._read_only)
        result = connection.execute(statement)
        titles = list(result.keys())
        if len(set(titles)) < len(titles):
            raise SourceUnusable(problem="two of its columns have the same name; name each in the query")
        return [dict(zip(titles, row, strict=True)) for row in result]


def _told(error: DBAPIError) -> str:
    """What the driver says, by its own name and code; in words only of the statement, which is the operator's."""
    name = type(error.orig).__name__
    if isinstance(error, ProgrammingError):
        return f"{name}: {named(str(error.orig).splitlines()[0])}"
    return f"{name} {_code(error)}".strip()


def _code(error: DBAPIError) -> object:
    """The SQLSTATE of a failure, else the driver's own code, else nothing."""
    origin = error.orig
    first = next(iter(origin.args), None) if origin else None
    own = first if isinstance(first, int) else getattr(first, "full_code", "")
    return getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None) or own
