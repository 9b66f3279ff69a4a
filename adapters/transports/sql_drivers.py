"""What is peculiar to each driver: its name, how it waits and writes nothing, dates beyond Python's, text that is none.

Takes an address as the operator wrote it; gives an engine for it.
"""

import codecs
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from psycopg import DataError
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from hub.errors import SourceUnusable
from hub.reasons import named

NO_ENCODING = "ascii"
"""What psycopg calls the encoding SQL_ASCII, which is none."""
AS_IT_CAME = "_as_it_came"
"""What the name of an encoding ends with that gives bytes which are no text in it as they came."""
_DRIVERS: Mapping[str, str] = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
READ_ONLY: Mapping[str, str] = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "START TRANSACTION READ ONLY",
    "mariadb": "START TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
    "oracle": "SET TRANSACTION READ ONLY",
    "dm": "SET TRANSACTION READ ONLY",
}
"""How each database is told that a transaction writes nothing; others are trusted to have a user that cannot."""


class _OrText(Loader):
    """Gives what the driver makes of a value, or the value's text where Python has none such, as a date of infinity."""

    strict: ClassVar[type[Loader]]

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._strict = self.strict(oid, context)

    def load(self, data: Buffer) -> object:
        """The value, or its text."""
        try:
            return self._strict.load(data)
        except DataError:
            return bytes(data).decode()


class _Text(Loader):
    """Gives text; bytes that are none in the encoding stand in it as they came, and cost no other row.

    A database that looks at no encoding is taken to hold UTF-8.
    """

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        encoding = self.connection.info.encoding if self.connection else NO_ENCODING
        self._encoding = "utf-8" if encoding == NO_ENCODING else encoding

    def load(self, data: Buffer) -> str:
        """The text."""
        return bytes(data).decode(self._encoding, "surrogateescape")


class _Date(_OrText):
    strict = DateLoader


class _Timestamp(_OrText):
    strict = TimestampLoader


class _Instant(_OrText):
    strict = TimestamptzLoader


def _as_it_came(name: str) -> codecs.CodecInfo | None:
    """The encoding of a ``name`` that asks for such; PyMySQL takes the name of an encoding and no way with errors."""
    if not name.endswith(AS_IT_CAME):
        return None
    strict = codecs.lookup(name.removesuffix(AS_IT_CAME))
    return codecs.CodecInfo(strict.encode, lambda data, _="": strict.decode(data, "surrogateescape"), name=name)


codecs.register(_as_it_came)

_LOADERS: Mapping[str, type[Loader]] = {
    "date": _Date,
    "timestamp": _Timestamp,
    "timestamptz": _Instant,
    **dict.fromkeys(("text", "varchar", "bpchar", "name"), _Text),
}


def engine_for(url: str, timeout: int) -> Engine:
    """An engine of one connection; raises where ``url`` is none or its driver is not there, without telling it."""
    try:
        address = _unmade(address_of(url))
        arguments = _waiting(address.get_backend_name(), timeout)
        engine = create_engine(address, connect_args=arguments, hide_parameters=True, pool_size=1, max_overflow=0)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise SourceUnusable(problem=f"the driver for its address is not installed ({named(str(error))})") from None
    except ArgumentError:
        raise SourceUnusable(problem="its address is no SQLAlchemy URL") from None
    if take := _TAKING.get(engine.driver):
        # before SQLAlchemy reads anything
        event.listen(engine, "connect", lambda connection, _: take(connection), insert=True)
    return engine


def address_of(text: str) -> URL:
    """The address with the driver that the hub brings, where ``text`` names none."""
    url = make_url(text)
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _unmade(url: URL) -> URL:
    """``url`` such that a file which is not there is not made."""
    if url.drivername == "sqlite" and url.database:
        return url.set(database=Path(url.database).absolute().as_uri()).update_query_dict({"mode": "ro", "uri": "true"})
    return url


def _waiting(backend: str, timeout: int) -> dict[str, object]:
    """What each driver calls the seconds that it may wait."""
    if backend == "postgresql":
        return {"connect_timeout": timeout, "options": f"-c statement_timeout={timeout * 1000}"}
    if backend in ("mysql", "mariadb"):
        return {"connect_timeout": timeout, "read_timeout": timeout, "write_timeout": timeout}
    return {"timeout": timeout} if backend == "sqlite" else {}


def _take_values(connection: Any) -> None:  # noqa: ANN401 - a connection of psycopg
    for kind, loader in _LOADERS.items():
        connection.adapters.register_loader(kind, loader)


def _take_text(connection: Any) -> None:  # noqa: ANN401 - a connection of SQLite
    connection.text_factory = lambda data: data.decode(errors="surrogateescape")


def _take_encoding(connection: Any) -> None:  # noqa: ANN401 - a connection of PyMySQL
    connection.encoding += AS_IT_CAME


_TAKING: Mapping[str, Callable[[Any], None]] = {
    "psycopg": _take_values,
    "pysqlite": _take_text,
    "pymysql": _take_encoding,
}
"""What has a driver give whatever a database holds, be it no date of Python's or no text."""
