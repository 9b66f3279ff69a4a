"""Quarantine as callers see it: what a department's lines hold, why they were refused, what became of them."""

from datetime import datetime
from typing import Annotated, cast

import strawberry
from strawberry.scalars import JSON

from graphql_schema.connections import After, Connection, First, page_of, page_size
from graphql_schema.enums import LineStatus
from graphql_schema.making import context_of, raw_info
from graphql_schema.selection import asks_for
from graphql_schema.values import RejectionReason
from hub.catalog import Model
from hub.desk.cursors import line_at, line_cursor
from hub.desk.quarantine import article_of, lines_in_quarantine, titles_of
from hub.errors import InvalidArgument
from hub.intake.kept import read
from hub.store.quarantine import RefusedLine, WantedLines


@strawberry.type(description="A line that could not be taken in · 待处理的行.")
class QuarantinedLine:
    """A line that could not be taken in."""

    id: strawberry.ID = strawberry.field(description="Names the line.")
    register: str = strawberry.field(description="The register, by name.")
    record_type: str = strawberry.field(description="The record type; empty where nobody can tell.")
    source_unit: str = strawberry.field(description="The unit of the department that delivered it.")
    submission_id: strawberry.ID = strawberry.field(description="The submission that it came with.")
    file: str | None = strawberry.field(description="The name of the file that it came in.")
    place: int = strawberry.field(description="Its place in the submission, from 1; blank rows do not count.")
    reason: RejectionReason = strawberry.field(description="Why it was refused.")
    article: str | None = strawberry.field(
        description="The article that makes the column a duty of the department, with the item's number in it · 依据."
    )
    status: LineStatus = strawberry.field(description="What became of it.")
    quarantined_at: datetime = strawberry.field(description="When it was refused.")
    settled_at: datetime | None = strawberry.field(description="When it was settled.")
    settled_by: str | None = strawberry.field(description="Who settled it.")
    words: str | None = strawberry.field(description="Why it was settled so, in words.")
    retried_as: strawberry.ID | None = strawberry.field(description="The submission that took it in again.")
    cells: JSON | None = strawberry.field(
        description="What came, by column title. For the department that delivered it; the reading is logged."
    )
    text: str | None = strawberry.field(description="What came, where it could not even be read; like `cells`.")


@strawberry.input(description="Which lines in quarantine are wanted; what is not given excludes none.")
class QuarantineFilter:
    """Which lines are wanted."""

    register: str | None = strawberry.field(default=None, description="Of this register.")
    submission: strawberry.ID | None = strawberry.field(default=None, description="Of this submission.")
    record_type: str | None = strawberry.field(default=None, description="Of this record type.")
    reason: str | None = strawberry.field(default=None, description="Refused for this reason, by its code.")
    item: str | None = strawberry.field(default=None, description="Refused for this column, by title or item name.")
    since: datetime | None = strawberry.field(default=None, description="Refused since then.")


Wanted = Annotated[QuarantineFilter | None, strawberry.argument(description="Which lines are wanted.")]
OfStatus = Annotated[
    LineStatus | None, strawberry.argument(description="What became of them; null for whatever became of them.")
]


async def quarantine_asked(
    info: strawberry.Info,
    filter: Wanted = None,  # noqa: A002 - its name in the schema
    status: OfStatus = LineStatus.OPEN,
    first: First = 100,
    after: After = None,
) -> Connection[QuarantinedLine]:
    """A page of what could not be taken in."""
    context = context_of(info)
    desk = context.desk
    wanted = wanted_lines(context.model, filter, status)
    place = line_at(desk.vault, after) if after else None
    values = asks_for(raw_info(info), "cells") or asks_for(raw_info(info), "text")
    page = await lines_in_quarantine(desk, context.viewer, wanted, place, page_size(first), values=values)
    context.spend(raw_info(info), len(page.lines))
    listed = [
        (line_cursor(desk.vault, line.line_id), _shown(context.model, line, page.raw.get(line.line_id)))
        for line in page.lines
    ]
    return page_of(listed, after, more=page.more)


def wanted_lines(model: Model, given: QuarantineFilter | None, status: LineStatus | None) -> WantedLines:
    """What a filter asks for."""
    given = given or QuarantineFilter()
    for name in ("register", "submission", "record_type", "reason", "item"):
        text = getattr(given, name)
        if text is not None and not text.isprintable():
            raise InvalidArgument(name=name, problem="it holds characters that no name has")
    return WantedLines(
        register=given.register,
        submission=given.submission,
        record_type=given.record_type,
        reason=given.reason,
        items=titles_of(model, given.item) if given.item else None,
        since=given.since,
        status=status,
    )


def _shown(model: Model, line: RefusedLine, raw: bytes | None) -> QuarantinedLine:
    kept = read(raw) if raw is not None else None
    return QuarantinedLine(
        id=strawberry.ID(str(line.line_id)),
        register=line.register,
        record_type=line.record_type,
        source_unit=line.source_unit,
        submission_id=strawberry.ID(str(line.line_id.submission_id)),
        file=line.file,
        place=line.line_id.place,
        reason=RejectionReason(code=line.reason, column=line.item, zh=line.reason_zh, en=line.reason_en),
        article=article_of(model, line),
        status=line.status,
        quarantined_at=line.quarantined_at,
        settled_at=line.settled_at,
        settled_by=line.settled_by,
        words=line.words,
        retried_as=strawberry.ID(str(line.retried_as)) if line.retried_as else None,
        cells=cast("JSON", kept.cells) if kept else None,
        text=raw.decode("utf-8", "replace") if raw is not None and kept is None else None,
    )
