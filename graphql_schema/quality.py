"""How sources fare, for the departments that deliver and for the platform office: what they are worth, who is late."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

import asyncpg
import strawberry

from graphql_schema.connections import After, Connection, First, page_of, page_size
from graphql_schema.making import context_of, raw_info
from graphql_schema.submissions import SubmissionFailure, failure_shown
from hub.catalog import Model
from hub.clock import now, today
from hub.desk import quality
from hub.desk.cursors import id_at, id_cursor
from hub.intake.measures import Measures, completeness, decoded
from hub.stewardship.expected import Expected
from hub.store.submissions import decoded_failure

RUNS = "runs"
OfRegister = Annotated[str | None, strawberry.argument(description="Of this register, by name.")]
IsLate = Annotated[bool | None, strawberry.argument(description="True for those that are late, false for the others.")]


@strawberry.type(description="A share of the lines of a submission, by a name.")
class NamedShare:
    """A share of lines."""

    name: str = strawberry.field(description="The item, by English name.")
    share: float = strawberry.field(description="The share of the lines taken in that give it a value, from 0 to 1.")


@strawberry.type(description="How many lines a reason refused.")
class RefusedCount:
    """How many lines a reason refused."""

    code: str = strawberry.field(description="The reason's code, from a closed list.")
    lines: int = strawberry.field(description="How many lines.")


@strawberry.type(description="What a submission's lines of one record type are worth · 数据质量.")
class RecordQuality:
    """What the lines of one record type are worth."""

    record_type: str = strawberry.field(description="The record type; empty for lines of which nobody can tell.")
    lines: int = strawberry.field(description="How many lines came.")
    valid: float | None = strawberry.field(description="The share of lines that were not refused · 有效.")
    refused: list[RefusedCount] = strawberry.field(description="How many were refused for which reason.")
    complete: list[NamedShare] = strawberry.field(description="The share of lines that fill each item · 完整.")
    timely: float | None = strawberry.field(
        description="Of the lines that said something new, the share that came in time; null where none did · 及时."
    )


@strawberry.type(description="What a submission is worth · 报送质量.")
class SubmissionQuality:
    """What a submission is worth."""

    submission_id: strawberry.ID = strawberry.field(description="The submission.")
    register: str = strawberry.field(description="The register, by name.")
    source_unit: str = strawberry.field(description="The unit of the department that delivered it.")
    file: str | None = strawberry.field(description="The name of the file that it came in.")
    started_at: datetime = strawberry.field(description="When it came.")
    finished_at: datetime | None = strawberry.field(description="When all of it was in.")
    failure: SubmissionFailure | None = strawberry.field(description="Why it cannot be taken in, where that is so.")
    record_types: list[RecordQuality] = strawberry.field(description="What its lines are worth, by record type.")

    @strawberry.field(
        description="How many discrepancies that involve records of the register stood open once it was in · 一致."
    )  # type: ignore[untyped-decorator]
    async def open_discrepancies(self, info: strawberry.Info) -> int:
        """Those that stood open at its end, or that stand open now."""
        return await quality.open_discrepancies(context_of(info).desk, self.register, self.finished_at or now())


@strawberry.type(description="A unit that delivers records of one type, and whether it is late · 数据来源单位.")
class DeliveringSource:
    """A unit that delivers records of one type."""

    register: str = strawberry.field(description="The register, by name.")
    record_type: str = strawberry.field(description="The record type.")
    source_unit: str = strawberry.field(description="The unit; empty where nobody has delivered yet.")
    department: str = strawberry.field(description="The department responsible, by name.")
    update_duty: str = strawberry.field(description="How soon a change must be delivered · 更新周期.")
    last_delivery: datetime | None = strawberry.field(description="When it delivered last, to the minute.")
    due: date | None = strawberry.field(description="The day by which it must deliver again · 应报日期.")
    late: bool = strawberry.field(description="Whether that day has passed · 是否逾期.")
    holidays_known: bool = strawberry.field(description="Whether the holidays of that day's year are announced.")


async def submission_quality(
    info: strawberry.Info, register: OfRegister = None, first: First = 20, after: After = None
) -> Connection[SubmissionQuality]:
    """What submissions are worth, the latest first."""
    context = context_of(info)
    before = id_at(context.desk.vault, RUNS, after) if after else None
    rows, more = await quality.runs(context.desk, context.viewer, register, before, page_size(first))
    context.spend(raw_info(info), len(rows))
    listed = [(id_cursor(context.desk.vault, RUNS, row["submission_id"]), _quality(context.model, row)) for row in rows]
    return page_of(listed, after, more=more)


async def sources_asked(
    info: strawberry.Info, register: OfRegister = None, late: IsLate = None
) -> list[DeliveringSource]:
    """Who delivers, and who is late."""
    context = context_of(info)
    found = await quality.sources(context.desk, context.viewer, context.intake.calendar, today(), register)
    wanted = [one for one in found if late in (None, one.is_late)]
    context.spend(raw_info(info), len(wanted))
    return [_source(context.model, one) for one in wanted]


def _quality(model: Model, row: asyncpg.Record) -> SubmissionQuality:
    return SubmissionQuality(
        submission_id=strawberry.ID(str(row["submission_id"])),
        register=row["register"],
        source_unit=row["source_unit"],
        file=row["file"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        failure=failure_shown(row["failed_at"], decoded_failure(row["failure"])),
        record_types=[_record(model, name, one) for name, one in decoded(row["measures"]).items()],
    )


def _record(model: Model, name: str, measures: Measures) -> RecordQuality:
    record = model.records.get(name)
    complete: Mapping[str, float] = completeness(measures, record) if record else {}
    return RecordQuality(
        record_type=name,
        lines=measures.lines,
        valid=measures.valid,
        refused=[RefusedCount(code=code, lines=lines) for code, lines in measures.refused.items()],
        complete=[NamedShare(name=item, share=share) for item, share in complete.items()],
        timely=measures.timeliness,
    )


def _source(model: Model, one: Expected) -> DeliveringSource:
    return DeliveringSource(
        register=one.register,
        record_type=one.record_type,
        source_unit=one.source_unit,
        department=model.records[one.record_type].department,
        update_duty=model.registers[one.register].update_duty,
        last_delivery=one.delivered_at,
        due=one.due,
        late=one.is_late,
        holidays_known=one.is_announced,
    )


QUALITY_QUESTIONS = {
    "submission_quality": strawberry.field(
        resolver=submission_quality,
        graphql_type=Connection[SubmissionQuality] | None,
        description="What your submissions are worth, the latest first: valid, complete, consistent, timely; for the "
        "platform office, what all of them are · 数据质量.",
    ),
    "sources": strawberry.field(
        resolver=sources_asked,
        graphql_type=list[DeliveringSource] | None,
        description="When you delivered last and by when you must again; for the platform office, who is late · "
        "报送时效.",
    ),
}
"""The fields of the root that tell how sources fare."""
