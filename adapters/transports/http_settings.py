"""How an HTTP API is read, as adapters.toml says it.

Takes nothing; the token is in the environment variable that ``token_env`` names. A path leads into a JSON document by
names parted by dots, as ``data.items``.
"""

from typing import Annotated

import httpx
import msgspec
from msgspec import Meta

from adapters.transports.operations import OPERATIONS
from hub.intake.delivery import Operation

Name = Annotated[str, Meta(min_length=1)]


class CursorPaging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="by", tag="cursor"):
    """Each page names the next."""

    path: Annotated[Name, Meta(description="Where a page holds the cursor of the next; the last one holds none.")]
    param: Annotated[Name, Meta(description="The parameter that asks for the page of a cursor.")]


class NumberPaging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="by", tag="number"):
    """Pages are counted."""

    param: Annotated[Name, Meta(description="The parameter that asks for a page by its number.")] = "page"
    first: Annotated[int, Meta(ge=0, description="The number of the first page.")] = 1
    last: Annotated[
        Name | None,
        Meta(
            description="Where a page holds the number of the last; without it the first page with no row is the end."
        ),
    ] = None


class LinkPaging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="by", tag="link"):
    """The header `Link` of each page leads to the next, by `rel="next"`."""


class Everything(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="mode", tag="full"):
    """Every row, in each run."""


class Grown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="mode", tag="watermark"):
    """The rows whose watermark, which grows with every change of a row, is past that of the last run."""

    path: Annotated[Name, Meta(description="Where a row holds its watermark: a time as text, or a number.")]
    param: Annotated[Name, Meta(description="The parameter that asks for the rows from a watermark on.")]
    overlap: Annotated[
        int,
        Meta(ge=0, description="How far back a run begins, for rows that came late: seconds of a time, or a number."),
    ] = 600


class Feed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="mode", tag="changes"):
    """What a feed of changes gained since the last run, which its cursor tells; goes with paging by cursor or link."""

    operation: Annotated[
        Name | None, Meta(description="Where a row says what happened; without it each row states its record.")
    ] = None
    operations: Annotated[
        dict[str, Operation],
        Meta(description="What each of its values means; by default I, U, D and their words, and the hub's own."),
    ] = msgspec.field(default_factory=lambda: dict(OPERATIONS))
    row: Annotated[Name | None, Meta(description="Where a change holds the row it is about; by default it is it.")] = (
        None
    )


class HttpSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="http"):
    """A list of an HTTP API that answers in JSON."""

    url: Annotated[str, Meta(pattern="^https?://[^@]+$", description="Its address, without a token or a password.")]
    read: Annotated[Everything | Grown | Feed, Meta(description="Which rows a run reads: one of the modes below.")] = (
        Everything()
    )
    rows: Annotated[str, Meta(description="Where an answer holds the list of rows; by default it is the list.")] = ""
    columns: Annotated[
        tuple[Name, ...], Meta(description="What to take of each row, as paths; everything where none is named.")
    ] = ()
    paging: Annotated[
        CursorPaging | NumberPaging | LinkPaging | None,
        Meta(description="How to come to the next page: one of the ways below; without it there is one page."),
    ] = None
    params: Annotated[dict[Name, str | int], Meta(description="Parameters of every request.")] = {}
    page_rows: Annotated[int, Meta(ge=1, le=100_000, description="Rows of a page that are asked for.")] = 500
    size_param: Annotated[
        Name | None, Meta(description="The parameter that asks for that many; without it they are not asked for.")
    ] = None
    token_env: Annotated[
        Name | None, Meta(description="The environment variable with the bearer token, where one is needed.")
    ] = None
    stated_at: Annotated[
        Name | None,
        Meta(description="Where a row says when the source said it; by default that is when the hub read it."),
    ] = None
    max_rows: Annotated[int, Meta(ge=1, description="Most rows that a run reads.")] = 100_000_000
    max_response_bytes: Annotated[int, Meta(ge=1_024, description="Largest page, in bytes.")] = 67_108_864
    attempts: Annotated[int, Meta(ge=1, le=100, description="Times that a page is asked for.")] = 6
    backoff: Annotated[
        float, Meta(gt=0, description="Seconds before the second attempt; each further pause is twice as long.")
    ] = 1.0
    timeout: Annotated[int, Meta(ge=1, description="Seconds in which a page must have come.")] = 60

    def __post_init__(self) -> None:
        try:
            httpx.URL(self.url)
        except httpx.InvalidURL:
            raise ValueError("`url` is no address") from None
        leads_on = isinstance(self.paging, CursorPaging | LinkPaging)
        if isinstance(self.read, Feed) and not leads_on:
            raise ValueError("the mode `changes` goes with paging by `cursor` or `link`")
