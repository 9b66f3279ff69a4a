"""What was unusual about submissions, and who deals with it: for departments and for the platform office."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from graphql_schema.connections import After, Connection, First, page_of, page_size
from graphql_schema.enums import AnomalyKind
from graphql_schema.making import context_of, raw_info
from graphql_schema.quality import OfRegister
from hub.desk import quality
from hub.desk.cursors import id_at, id_cursor
from hub.errors import UnknownAnomaly
from hub.intake.delivery import check_name
from hub.stewardship.anomalies import DUE_WITHIN, REPORTED_WITHIN
from hub.store.quality import Anomaly

ANOMALIES = "anomalies"
IsOpen = Annotated[
    bool | None, strawberry.argument(name="open", description="True for those that are open, false for those closed.")
]
Named = Annotated[strawberry.ID, strawberry.argument(description="The anomaly.")]
Words = Annotated[str, strawberry.argument(description="What is said of it; it is kept and shown.")]


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


async def anomalies_asked(
    info: strawberry.Info,
    register: OfRegister = None,
    is_open: IsOpen = True,
    first: First = 100,
    after: After = None,
) -> Connection[AnomalyType]:
    """What was unusual, the latest first."""
    context = context_of(info)
    before = id_at(context.desk.vault, ANOMALIES, after) if after else None
    size = page_size(first)
    found, more = await quality.anomalies(context.desk, context.viewer, register, before, size, is_open=is_open)
    context.spend(raw_info(info), len(found))
    listed = [(id_cursor(context.desk.vault, ANOMALIES, one.anomaly_id), _anomaly(one)) for one in found]
    return page_of(listed, after, more=more)


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


ANOMALY_QUESTIONS = {
    "anomalies": strawberry.field(
        resolver=anomalies_asked,
        graphql_type=Connection[AnomalyType] | None,
        description="What was unusual about your submissions, the latest first; for the platform office, about all of "
        "them · 异常.",
    ),
}
"""The fields of the root that tell what was unusual."""
