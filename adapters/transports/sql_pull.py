"""Pull rows from a SQL database: everything, what grew past a watermark, or what a change table gained.

Takes how the source is set; gives pages in the order of a key, each asked for by what comes after the last row of the
one before. So a connection that is dropped costs one page, and no transaction stays open while rows are written.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from adapters.transports import Page, Pull
from adapters.transports.patience import patiently
from adapters.transports.sql_cursor import Value, ordering, read_cursor, still_missing, write_cursor
from adapters.transports.sql_database import Row, SqlDatabase
from adapters.transports.sql_pages import SqlPages, Statement
from adapters.transports.sql_rows import cells_of
from adapters.transports.sql_settings import Changes, Full, SqlSource, Watermark
from adapters.transports.watermarks import begin_before
from hub.errors import SourceUnusable


class SqlPull(Pull):
    """A database, read as ``source`` says at the address ``url``."""

    def __init__(self, source: SqlSource, url: str) -> None:
        super().__init__(source, whole=isinstance(source.read, Full), max_rows=source.max_rows)
        self._source = source
        self._statements = SqlPages(source)
        self._database = SqlDatabase(url, source.timeout)

    def next_start(self, reached: str, began_at: datetime) -> str | None:
        """None where each run reads everything; else what was reached, less the overlap of a watermark."""
        read = self._source.read
        if isinstance(read, Watermark):
            watermark = read_cursor(reached)[0]
            if isinstance(watermark, UUID):
                raise SourceUnusable(problem="its watermark is a UUID, which does not grow")
            return write_cursor([begin_before(watermark, read.overlap, began_at)])
        return None if isinstance(read, Full) else reached

    async def pages(self, after: str | None) -> AsyncGenerator[Page]:
        """Every page past ``after``."""
        values = read_cursor(after) if after else []
        read = self._source.read
        try:
            async for page in self._changes(read, values) if isinstance(read, Changes) else self._grown(values):
                yield page
        finally:
            self._database.close()

    async def _grown(self, values: Sequence[Value]) -> AsyncGenerator[Page]:
        async for rows in self._sweep(values):
            yield self._page(rows, ordering(rows[-1], self._statements.order))

    async def _changes(self, read: Changes, values: Sequence[Value]) -> AsyncGenerator[Page]:
        """First the changes that were missing when later ones were read, then those that came since."""
        last, missing = values[:1], values[1:]
        if missing and (late := await self._read(self._statements.among(missing))):
            found = [row[read.id] for row in late]
            missing = [one for one in missing if one not in found]
            yield self._page(late, [*last, *missing])
        async for rows in self._sweep(last):
            ids = [ordering(row, self._statements.order)[0] for row in rows]
            missing = still_missing(last, missing, ids, read.overlap)
            last = ids[-1:]
            yield self._page(rows, [*last, *missing])

    async def _sweep(self, values: Sequence[Value]) -> AsyncGenerator[list[Row]]:
        """Pages of rows from ``values`` on, none of them empty."""
        most = self._source.page_rows
        more = True
        while more:
            rows = await self._read(self._statements.following(values))
            self._refuse_twins([ordering(row, self._statements.order) for row in rows])
            more = len(rows) > most
            if rows:
                values = ordering(rows[:most][-1], self._statements.order)
                yield rows[:most]

    async def _read(self, statement: Statement) -> list[Row]:
        return await patiently(lambda: self._database.read(statement), self._source.attempts, self._source.backoff)

    def _refuse_twins(self, keys: Sequence[Sequence[Value]]) -> None:
        """Raise if two rows stand at one place in the order: a page that ended between them would lose one."""
        if any(one == other for one, other in pairwise(keys)):
            columns = ", ".join(self._statements.order)
            raise SourceUnusable(problem=f"two of its rows have the same {columns}; name columns that tell them apart")

    def _page(self, rows: Sequence[Row], reached: Sequence[Value]) -> Page:
        return Page([cells_of(self._source, row) for row in rows], write_cursor(reached))
