"""How a SQL database is read, as adapters.toml says it.

Takes nothing; the address, which holds a password, is in the environment variable that ``url_env`` names.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from adapters.transports.operations import OPERATIONS
from hub.intake.delivery import Operation

Name = Annotated[str, Meta(min_length=1)]
Key = Annotated[tuple[Name, ...], Meta(min_length=1)]


class Full(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="mode", tag="full"):
    """Every row, in each run."""

    key: Annotated[Key, Meta(description="Columns that no two rows share and that are never empty, indexed.")]


class Watermark(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="mode", tag="watermark"
):
    """The rows whose watermark, which grows with every change of a row, is past that of the last run."""

    column: Annotated[Name, Meta(description="The watermark: a time, a time as text, or a number; indexed.")]
    key: Annotated[Key, Meta(description="Columns that tell rows with one watermark apart, never empty.")]
    overlap: Annotated[
        int,
        Meta(ge=0, description="How far back a run begins, for rows committed late: seconds of a time, or a number."),
    ] = 600


class Changes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="mode", tag="changes"):
    """The rows that a change table gained since the last run."""

    id: Annotated[Name, Meta(description="The column that orders the changes and never repeats; indexed.")]
    operation: Annotated[Name, Meta(description="The column that says what happened to the row.")]
    operations: Annotated[
        dict[str, Operation],
        Meta(description="What each of its values means; by default I, U, D and their words, and the hub's own."),
    ] = msgspec.field(default_factory=lambda: dict(OPERATIONS))
    overlap: Annotated[
        int,
        Meta(ge=0, le=1_000, description="How many numbers back an id that was missing is looked for again."),
    ] = 500
    row: Annotated[
        Name | None,
        Meta(description="The column that holds the row as a JSON object, where it is not columns of the table."),
    ] = None


class SqlSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="sql"):
    """A table or a query of a SQL database."""

    url_env: Annotated[Name, Meta(description="The environment variable with the database's SQLAlchemy URL.")]
    read: Annotated[Full | Watermark | Changes, Meta(description="Which rows a run reads: one of the modes below.")]
    table: Annotated[Name | None, Meta(description="The table or view to read; or give `query`.")] = None
    schema: Annotated[Name | None, Meta(description="The table's schema, where it is not the user's own.")] = None
    columns: Annotated[
        tuple[Name, ...], Meta(description="The columns to read; all where none is named. No column may hold bytes.")
    ] = ()
    query: Annotated[Name | None, Meta(description="A SELECT to read instead of a table.")] = None
    stated_at: Annotated[
        Name | None,
        Meta(description="The column that says when the source said a row; by default it is when the hub read it."),
    ] = None
    page_rows: Annotated[int, Meta(ge=1, le=100_000, description="Rows that one statement reads.")] = 2_000
    max_rows: Annotated[int, Meta(ge=1, description="Most rows that a run reads.")] = 100_000_000
    attempts: Annotated[int, Meta(ge=1, le=100, description="Times that a page is asked for.")] = 6
    backoff: Annotated[
        float, Meta(gt=0, description="Seconds before the second attempt; each further pause is twice as long.")
    ] = 1.0
    timeout: Annotated[int, Meta(ge=1, description="Seconds to wait for the database, where its driver can.")] = 60

    def __post_init__(self) -> None:
        if (self.table is None) == (self.query is None):
            raise ValueError("give either `table` or `query`")
        if self.query is not None and (self.schema or self.columns):
            raise ValueError("`schema` and `columns` go with `table`")
