"""Ask a department's database, read only, one page at a time.

Takes a SQLAlchemy URL and statements; gives rows as they came from the driver. Drivers block, so that statements run in
a thread. What a refusal tells is the driver's word for it, never a value of a row.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Select, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, ProgrammingError

from adapters.transports.patience import Failing
from hub.errors import SourceUnusable
from hub.reasons import named

Row = Mapping[str, object]

_DRIVERS: Mapping[str, str] = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_READ_ONLY: Mapping[str, str] = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "START TRANSACTION READ ONLY",
    "mariadb": "START TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
    "oracle": "SET TRANSACTION READ ONLY",
    "dm": "SET TRANSACTION READ ONLY",
}
"""How each database is told that a transaction writes nothing; others are trusted to have a user that cannot."""


class SqlDatabase:
    """A database of which pages are asked; connects when the first one is, and anew where it was dropped."""

    def __init__(self, url: str, timeout: int) -> None:
        self._engine = _engine(url, timeout)
        self._read_only = _READ_ONLY.get(self._engine.dialect.name)

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


def _engine(url: str, timeout: int) -> Engine:
    try:
        address = _unmade(address_of(url))
        arguments = _arguments(address.get_backend_name(), timeout)
        return create_engine(address, connect_args=arguments, hide_parameters=True, pool_size=1, max_overflow=0)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise SourceUnusable(problem=f"the driver for its address is not installed ({named(str(error))})") from None
    except ArgumentError:
        raise SourceUnusable(problem="its address is no SQLAlchemy URL") from None


def address_of(text: str) -> URL:
    """The address with the driver that the hub brings, where ``text`` names none."""
    url = make_url(text)
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _unmade(url: URL) -> URL:
    """``url`` such that a file which is not there is not made."""
    if url.drivername == "sqlite" and url.database:
        return url.set(database=Path(url.database).absolute().as_uri()).update_query_dict({"mode": "ro", "uri": "true"})
    return url


def _arguments(backend: str, timeout: int) -> dict[str, object]:
    """What each driver calls the seconds that it may wait."""
    if backend == "postgresql":
        return {"connect_timeout": timeout, "options": f"-c statement_timeout={timeout * 1000}"}
    if backend in ("mysql", "mariadb"):
        return {"connect_timeout": timeout, "read_timeout": timeout, "write_timeout": timeout}
    return {"timeout": timeout} if backend == "sqlite" else {}


def _told(error: DBAPIError) -> str:
    """What the driver says, by its own name and code; in words only of the statement, which is the operator's."""
    origin = error.orig
    name = type(origin).__name__
    if isinstance(error, ProgrammingError):
        return f"{name}: {named(str(origin).splitlines()[0])}"
    code = getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None) or next(iter(error.args), "")
    return f"{name} {code}".strip()
