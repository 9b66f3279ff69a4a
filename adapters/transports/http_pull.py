"""Pull rows from an HTTP API: everything, what grew past a watermark, or what a feed of changes gained.

Takes how the source is set; gives its pages. A page that comes twice ends the run with a refusal, for a source that
repeats itself would never end and perhaps never tell the rest.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

import msgspec

from adapters.transports import Page, Pull
from adapters.transports.http_api import Answer, HttpApi
from adapters.transports.http_paging import asking_for, following
from adapters.transports.http_rows import cells_of
from adapters.transports.http_settings import Everything, Feed, Grown, HttpSource, LinkPaging
from adapters.transports.json_path import at
from adapters.transports.watermarks import begin_before, greatest
from hub.errors import SourceUnusable

MOST_EMPTY = 100
"""Pages without a row, one after another, after which a source is taken to have no end."""


class _Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far an API has been read: the ``page`` to ask for next, unless that is ``behind`` the last.

    Of a watermark, ``since`` is where the run began and ``latest`` the greatest that it has met.
    """

    page: str | None = None
    behind: bool = False
    since: str | None = None
    latest: str | int | float | None = None


class HttpPull(Pull):
    """An API, read as ``source`` says, with a bearer ``token`` if it wants one."""

    def __init__(self, source: HttpSource, token: str | None) -> None:
        super().__init__(source, whole=isinstance(source.read, Everything), max_rows=source.max_rows)
        self._source = source
        self._token = token

    def next_start(self, reached: str, began_at: datetime) -> str | None:
        """None where each run reads everything; else the watermark reached, less its overlap, or the feed's page."""
        read, place = self._source.read, _read(reached)
        if isinstance(read, Feed):
            return _written(_Place(page=place.page))
        if isinstance(read, Everything):
            return None
        since = place.since
        if place.latest is not None:
            since = str(begin_before(place.latest, read.overlap, began_at))
        return _written(_Place(since=since))

    async def pages(self, after: str | None) -> AsyncGenerator[Page]:
        """Every page past ``after``."""
        place = _read(after) if after else _Place()
        api = HttpApi(self._source, self._token)
        circles = _Circles(place.page)
        try:
            while not place.behind:
                answer = await self._ask(api, place)
                rows = self._rows(answer.document)
                place = self._moved(place, answer, rows)
                circles.refuse(place, rows)
                yield Page([cells_of(self._source, row) for row in rows], _written(place))
        finally:
            await api.close()

    async def _ask(self, api: HttpApi, place: _Place) -> Answer:
        """The page at ``place``; a link to it has all its parameters already."""
        source = self._source
        if place.page is not None and isinstance(source.paging, LinkPaging):
            return await api.get(place.page, {})
        params = {**source.params, **asking_for(source.paging, place.page)}
        if source.size_param:
            params[source.size_param] = source.page_rows
        if isinstance(source.read, Grown) and place.since is not None:
            params[source.read.param] = place.since
        return await api.get(source.url, params)

    def _rows(self, document: object) -> list[object]:
        rows = at(document, self._source.rows)
        if not isinstance(rows, list):
            where = f"at {self._source.rows}" if self._source.rows else "for an answer"
            raise SourceUnusable(problem=f"it has no list {where}; `rows` says where the list is")
        return rows

    def _moved(self, place: _Place, answer: Answer, rows: Sequence[object]) -> _Place:
        """The place behind a page; a feed is looked at again where it ended."""
        page = following(self._source.paging, place.page, answer, rows)
        if isinstance(self._source.read, Feed):
            return _Place(page or place.page, behind=page is None or not rows)
        latest = place.latest
        if isinstance(self._source.read, Grown):
            latest = greatest([latest, *(at(row, self._source.read.path) for row in rows)])
        return _Place(page, page is None, place.since, latest)


class _Circles:
    """What a run must not meet twice, beginning at ``page``."""

    def __init__(self, page: str | None) -> None:
        self._pages = {page}
        self._before: Sequence[object] = ()
        self._empty = 0

    def refuse(self, place: _Place, rows: Sequence[object]) -> None:
        """Raise if the page that led to ``place`` is the one before it, or leads back, or if too many had no row."""
        self._empty = 0 if rows else self._empty + 1
        if (rows and rows == self._before) or (place.page in self._pages and not place.behind):
            raise SourceUnusable(problem="it gives one page twice, and would never end")
        if self._empty > MOST_EMPTY:
            raise SourceUnusable(problem=f"it gives more than {MOST_EMPTY} pages without a row, one after another")
        self._pages.add(place.page)
        self._before = rows


def _read(cursor: str) -> _Place:
    try:
        return msgspec.json.decode(cursor, type=_Place)
    except msgspec.DecodeError:
        raise SourceUnusable(problem="its cursor was kept while it was set otherwise") from None


def _written(place: _Place) -> str:
    return msgspec.json.encode(place).decode()
