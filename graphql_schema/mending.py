"""What a department does about lines in quarantine: mend them, have them taken in again, dismiss them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from graphql_schema.enums import LineStatus, Operation, Outcome
from graphql_schema.making import context_of
from graphql_schema.quarantine import Wanted, wanted_lines
from graphql_schema.values import RecordResult, result_of
from hub.desk.quarantine import own_lines, own_retry
from hub.errors import InvalidArgument, ListTooLong
from hub.intake import mending
from hub.intake.delivery import check_name, said
from hub.intake.kept import Mending
from hub.intake.mending import Settling
from hub.store.quarantine import LineId


@strawberry.input(description="How a line is to be mended.")
class MendQuarantinedInput:
    """How a line is to be mended."""

    id: strawberry.ID = strawberry.field(description="The line.")
    values: JSON | None = strawberry.field(
        default=None, description="The columns to correct, by English name or Chinese title; the rest stays."
    )
    without: list[str] | None = strawberry.field(default=None, description="The columns to do without.")
    record_type: str | None = strawberry.field(default=None, description="The record type, where the line has none.")
    operation: Operation | None = strawberry.field(default=None, description="What the line is to say of its record.")
    stated_at: datetime | None = strawberry.field(default=None, description="When your register made the change.")
    valid_from: date | None = strawberry.field(default=None, description="Since when it holds.")
    words: str | None = strawberry.field(default=None, description="Why, in words; they are kept and shown.")


@strawberry.type(description="What came of a line that was mended.")
class MendedLine:
    """What came of a line that was mended."""

    submission_id: strawberry.ID | None = strawberry.field(
        description="The submission that took it in; null where it is refused still, and nothing was changed."
    )
    result: RecordResult = strawberry.field(description="What came of it.")


@strawberry.type(description="How many lines had one outcome.")
class OutcomeCount:
    """How many lines had one outcome."""

    outcome: Outcome = strawberry.field(description="The outcome.")
    lines: int = strawberry.field(description="How many lines.")


@strawberry.type(description="How many lines are refused for one reason.")
class ReasonCount:
    """How many lines are refused for one reason."""

    code: str = strawberry.field(description="The reason's code, from a closed list.")
    zh: str = strawberry.field(description="The reason in Chinese; `{…}` stands for particulars.")
    en: str = strawberry.field(description="The reason in English; `{…}` stands for particulars.")
    lines: int = strawberry.field(description="How many lines.")


@strawberry.type(description="What came of lines that were taken in again as they are.")
class RetriedLines:
    """What came of lines that were taken in again."""

    submission_ids: list[strawberry.ID] = strawberry.field(description="The submissions that took them in.")
    outcomes: list[OutcomeCount] = strawberry.field(description="What came of them.")
    still_refused: list[ReasonCount] = strawberry.field(description="Why others would be refused still; they stay.")


Words = Annotated[str, strawberry.argument(description="Why, in words; they are kept and shown.")]
AnyWords = Annotated[str | None, strawberry.argument(description="Why, in words; they are kept and shown.")]
NamedLines = Annotated[list[strawberry.ID], strawberry.argument(description="The lines.")]


async def mend_quarantined(
    info: strawberry.Info,
    input: Annotated[MendQuarantinedInput, strawberry.argument(description="The line and its correction.")],  # noqa: A002
) -> MendedLine:
    """Take a line in again, corrected."""
    context = context_of(info)
    (line,) = await own_lines(context.desk, context.viewer, "mend quarantined", [LineId.named(input.id)])
    changes = Mending(
        values=dict(_object(input.values or {})),
        without=tuple(input.without or ()),
        operation=input.operation,
        stated_at=said("statedAt", input.stated_at) if input.stated_at else None,
        valid_from=input.valid_from,
    )
    done = await mending.mend(context.intake, line, changes, input.record_type, _settling(info, input.words))
    return MendedLine(
        submission_id=strawberry.ID(str(done.submission_id)) if done.submission_id else None,
        result=result_of(done.result),
    )


async def retry_quarantined(
    info: strawberry.Info,
    filter: Wanted = None,  # noqa: A002 - its name in the schema
    words: AnyWords = None,
) -> RetriedLines:
    """Take lines in again as they are."""
    context = context_of(info)
    wanted, settling = wanted_lines(context.model, filter, LineStatus.OPEN), _settling(info, words)
    own = await own_retry(context.desk, context.viewer)
    done = await mending.retry(context.intake, wanted, own, settling, context.settings.max_records)
    return RetriedLines(
        submission_ids=[strawberry.ID(str(one)) for one in done.submission_ids],
        outcomes=[OutcomeCount(outcome=Outcome(outcome), lines=lines) for outcome, lines in done.outcomes.items()],
        still_refused=[
            ReasonCount(code=code.name, zh=code.zh, en=code.en, lines=lines) for code, lines in done.still.items()
        ],
    )


async def dismiss_quarantined(info: strawberry.Info, ids: NamedLines, words: Words) -> list[strawberry.ID]:
    """Note that lines need not be taken in; gives those that were open."""
    context = context_of(info)
    if len(ids) > context.settings.max_keys:
        raise ListTooLong(limit=context.settings.max_keys)
    settling = _settling(info, words)
    line_ids = [LineId.named(one) for one in ids]
    await own_lines(context.desk, context.viewer, "dismiss quarantined", line_ids)
    dismissed = await mending.dismiss(context.intake, line_ids, settling)
    return [strawberry.ID(str(line_id)) for line_id in line_ids if line_id in dismissed]


def _settling(info: strawberry.Info, words: str | None) -> Settling:
    if words is not None:
        check_name("words", words)
    return Settling(context_of(info).viewer.officer, words)


def _object(values: object) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise InvalidArgument(name="values", problem="it is not an object of columns and their values")
    return values
