"""How sources fare, for the departments that deliver and for the platform office: quality, lateness, anomalies."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import asyncpg
import strawberry

from graphql_schema.connections import After, First, PageInfo, page_size
from graphql_schema.enums import AnomalyKind
from graphql_schema.making import context_of, raw_info
from graphql_schema.submissions import SubmissionFailure, failure_shown
from hub.catalog import Model
from hub.clock import now, today
from hub.desk import quality
from hub.desk.cursors import id_at, id_cursor
from hub.errors import UnknownAnomaly
from hub.intake.delivery import check_name
from hub.intake.measures import Measures, completeness, decoded
from hub.stewardship.anomalies import DUE_WITHIN, REPORTED_WITHIN
from hub.stewardship.expected import Expected
from hub.store.quality import Anomaly
from hub.store.submissions import decoded_failure

RUNS, ANOMALIES = "runs", "anomalies"
OfRegister = Annotated[str | None, strawberry.argument(description="Of this register, by name.")]
IsLate = Annotated[bool | None, strawberry.argument(description="True for those that are late, false for the others.")]
IsOpen = Annotated[
    bool | None, strawberry.argument(name="open", description="True for those that are open, false for those closed.")
]
Named = Annotated[strawberry.ID, strawberry.argument(description="The anomaly.")]
Words = Annotated[str, strawberry.argument(description="What is said of it; it is kept and shown.")]


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


@strawberry.type(description="A submission's quality in a list.")
class SubmissionQualityEdge:
    """A submission's quality in a list."""

    cursor: str = strawberry.field(description="Where to go on after it.")
    node: SubmissionQuality = strawberry.field(description="What the submission is worth.")


@strawberry.type(description="A page of submissions' quality.")
class SubmissionQualityConnection:
    """A page of submissions' quality."""

    edges: list[SubmissionQualityEdge] = strawberry.field(description="The submissions, with their cursors.")
    nodes: list[SubmissionQuality] = strawberry.field(description="The submissions.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")


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


@strawberry.type(name="Anomaly", description="Something unusual about a submission · 异常.")
class AnomalyType:
    """Something unusual about a submission."""

    id: strawberry.ID = strawberry.field(description="Names the anomaly.")
    register: str = strawberry.field(description="The register, by name.")
    source_unit: str = strawberry.field(description="The unit that delivered.")
    submission_id: strawberry.ID = strawberry.field(description="The submission.")
    kind: AnomalyKind = strawberry.field(description="What is unusual.")
    found: float = strawberry.field(description="What was found: lines, a share of lines, or seconds.")
    usual: float = strawberry.field(description="What is usual of this source.")
    opened_at: datetime = strawberry.field(description="When it was found.")
    report_by: datetime = strawberry.field(description="By when it must be reported: 24 hours later (Wuxi Art. 24).")
    due: datetime = strawberry.field(description="By when it must be mended: 48 hours later (Wuxi Art. 25).")
    reported_at: datetime | None = strawberry.field(description="When it was reported.")
    reported_by: str | None = strawberry.field(description="Who reported it.")
    reported_words: str | None = strawberry.field(description="With what words.")
    closed_at: datetime | None = strawberry.field(description="When it was closed.")
    closed_by: str | None = strawberry.field(description="Who closed it.")
    closed_words: str | None = strawberry.field(description="With what words.")


@strawberry.type(description="An anomaly in a list of them.")
class AnomalyEdge:
    """An anomaly in a list of them."""

    cursor: str = strawberry.field(description="Where to go on after it.")
    node: AnomalyType = strawberry.field(description="The anomaly.")


@strawberry.type(description="A page of anomalies.")
class AnomalyConnection:
    """A page of anomalies."""

    edges: list[AnomalyEdge] = strawberry.field(description="The anomalies, with their cursors.")
    nodes: list[AnomalyType] = strawberry.field(description="The anomalies.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")


async def submission_quality(
    info: strawberry.Info, register: OfRegister = None, first: First = 20, after: After = None
) -> SubmissionQualityConnection:
    """What submissions are worth, the latest first."""
    context = context_of(info)
    before = id_at(context.desk.vault, RUNS, after) if after else None
    rows, more = await quality.runs(context.desk, context.viewer, register, before, page_size(first))
    context.spend(raw_info(info), len(rows))
    edges = [
        SubmissionQualityEdge(
            cursor=id_cursor(context.desk.vault, RUNS, row["submission_id"]), node=_quality(context.model, row)
        )
        for row in rows
    ]
    return SubmissionQualityConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=_page_info([edge.cursor for edge in edges], after, more),
    )


async def sources_asked(
    info: strawberry.Info, register: OfRegister = None, late: IsLate = None
) -> list[DeliveringSource]:
    """Who delivers, and who is late."""
    context = context_of(info)
    found = await quality.sources(context.desk, context.viewer, context.intake.calendar, today(), register)
    wanted = [one for one in found if late in (None, one.is_late)]
    context.spend(raw_info(info), len(wanted))
    return [_source(context.model, one) for one in wanted]


async def anomalies_asked(
    info: strawberry.Info,
    register: OfRegister = None,
    is_open: IsOpen = True,
    first: First = 100,
    after: After = None,
) -> AnomalyConnection:
    """What was unusual, the latest first."""
    context = context_of(info)
    before = id_at(context.desk.vault, ANOMALIES, after) if after else None
    size = page_size(first)
    found, more = await quality.anomalies(context.desk, context.viewer, register, before, size, is_open=is_open)
    context.spend(raw_info(info), len(found))
    edges = [
        AnomalyEdge(cursor=id_cursor(context.desk.vault, ANOMALIES, one.anomaly_id), node=_anomaly(one))
        for one in found
    ]
    return AnomalyConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=_page_info([edge.cursor for edge in edges], after, more),
    )


async def report_anomaly(info: strawberry.Info, id: Named, words: Words) -> AnomalyType:  # noqa: A002
    """Keep that an anomaly was reported."""
    return await _deal_with(info, id, words, close=False)


async def close_anomaly(info: strawberry.Info, id: Named, words: Words) -> AnomalyType:  # noqa: A002
    """Keep that an anomaly was mended, or is none."""
    return await _deal_with(info, id, words, close=True)


async def _deal_with(info: strawberry.Info, named: str, words: str, *, close: bool) -> AnomalyType:
    context = context_of(info)
    check_name("words", words)
    try:
        anomaly_id = UUID(named)
    except ValueError:
        raise UnknownAnomaly(id=named) from None
    return _anomaly(await quality.deal_with(context.desk, context.viewer, anomaly_id, words, close=close))


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


def _anomaly(one: Anomaly) -> AnomalyType:
    return AnomalyType(
        id=strawberry.ID(str(one.anomaly_id)),
        register=one.register,
        source_unit=one.source_unit,
        submission_id=strawberry.ID(str(one.submission_id)),
        kind=AnomalyKind(one.kind),
        found=one.found,
        usual=one.usual,
        opened_at=one.opened_at,
        report_by=one.opened_at + REPORTED_WITHIN,
        due=one.opened_at + DUE_WITHIN,
        reported_at=one.reported_at,
        reported_by=one.reported_by,
        reported_words=one.reported_words,
        closed_at=one.closed_at,
        closed_by=one.closed_by,
        closed_words=one.closed_words,
    )


def _page_info(cursors: list[str], after: str | None, more: bool) -> PageInfo:
    return PageInfo(
        has_next_page=more,
        end_cursor=cursors[-1] if cursors else after,
        start_cursor=cursors[0] if cursors else None,
    )


QUALITY_QUESTIONS = {
    "submission_quality": strawberry.field(
        resolver=submission_quality,
        graphql_type=SubmissionQualityConnection | None,
        description="What your submissions are worth, the latest first: valid, complete, consistent, timely; for the "
        "platform office, what all of them are · 数据质量.",
    ),
    "sources": strawberry.field(
        resolver=sources_asked,
        graphql_type=list[DeliveringSource] | None,
        description="When you delivered last and by when you must again; for the platform office, who is late · "
        "报送时效.",
    ),
    "anomalies": strawberry.field(
        resolver=anomalies_asked,
        graphql_type=AnomalyConnection | None,
        description="What was unusual about your submissions, the latest first; for the platform office, about all of "
        "them · 异常.",
    ),
}
"""The fields of the root that tell how sources fare."""
