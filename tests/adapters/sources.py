"""Sources for tests: a list of pages that may break off, and a small SQLite database."""

import sqlite3
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from adapters.transports import Page, Pull
from adapters.transports.pull import PullSource, open_pull

Row = Mapping[str, object]


class Settings(msgspec.Struct):
    """How a listed source is set."""

    name: str = "listed"


class Listed(Pull):
    """Pages that are there already; the cursor counts them. ``breaks_at`` is the page that is not given."""

    def __init__(
        self,
        pages: Sequence[Sequence[Row]],
        *,
        breaks_at: int | None = None,
        whole: bool = False,
        max_rows: int = 1_000,
        name: str = "listed",
    ) -> None:
        super().__init__(Settings(name), whole=whole, max_rows=max_rows)
        self._pages = pages
        self._breaks_at = breaks_at

    async def pages(self, after: str | None) -> AsyncGenerator[Page]:
        first = int(after or 0)
        for place, rows in enumerate(self._pages[first:], first):
            if place == self._breaks_at:
                raise ConnectionError
            yield Page(rows, str(place + 1))

    def next_start(self, reached: str, began_at: datetime) -> str | None:
        return None if self.whole else reached


def make_sqlite(path: Path, *statements: str, rows: Iterable[Sequence[object]] = ()) -> str:
    """A SQLite database in which ``statements`` were run, the last one once for each row; gives its address."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements[: len(statements) - bool(rows)]:
            connection.execute(statement)
        if rows:
            connection.executemany(statements[-1], rows)
    return f"sqlite:///{path}"


def opened(url: str, **settings: object) -> Pull:
    """A SQL source at ``url``; pages of two rows unless said otherwise, so that there are several."""
    said = {"kind": "sql", "url_env": "SOURCE_URL", "page_rows": 2, "backoff": 0.01, **settings}
    return open_pull(msgspec.convert(said, PullSource), {"SOURCE_URL": url})


async def rows_of(pull: Pull, after: str | None = None) -> list[Row]:
    """Every row that a pull gives."""
    return [row async for page in pull.pages(after) for row in page.rows]
