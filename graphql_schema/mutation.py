"""What may be done over GraphQL.

A department submits records to the registers it answers for and puts numbers right; the platform office links entities
and publishes the catalog; whoever follows changes sets up webhooks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import blake2b
from typing import Annotated

import msgspec
import strawberry
from strawberry.scalars import JSON

from graphql_schema.anomalies import AnomalyType, close_anomaly, report_anomaly
from graphql_schema.applications import SharingApplication, advance_application, apply_for_sharing
from graphql_schema.catalog_drafts import (
    CatalogDraft,
    approve_catalog_change,
    draft_catalog_change,
    publish_catalog_change,
    withdraw_catalog_change,
)
from graphql_schema.consents import approve_use, record_consent, withdraw_consent
from graphql_schema.enums import Operation
from graphql_schema.exports import ExportType, cancel_export, export_entities
from graphql_schema.grants import revoke_grant
from graphql_schema.links import LinkResult, link_entities, unlink_entities
from graphql_schema.making import context_of
from graphql_schema.mending import (
    MendedLine,
    RetriedLines,
    dismiss_quarantined,
    mend_quarantined,
    retry_quarantined,
)
from graphql_schema.objections import ObjectionType, raise_objection, settle_objection
from graphql_schema.reassign import ReassignmentResult, reassign_identifier
from graphql_schema.security import end_account, end_sessions
from graphql_schema.splits import SplitResult, split_entity
from graphql_schema.values import RecordResult, result_of
from graphql_schema.webhooks import (
    CreatedWebhook,
    WebhookType,
    create_webhook,
    remove_webhook,
    retry_webhook,
)
from hub.clock import now
from hub.errors import ReasonRequired, SubmissionTooLarge
from hub.intake.delivery import Line, check_name, said
from hub.intake.submission import Delivery


@strawberry.input(description="One record of a submission.")
class RecordInput:
    """One record of a submission."""

    record_type: str = strawberry.field(description="The record type, as `household`.")
    values: JSON = strawberry.field(
        description="The items by English name or Chinese title, as the register writes them. A missing item is "
        "silent; null says that there is none."
    )
    operation: Operation = strawberry.field(
        default=Operation.STATE,
        description="STATE says what holds; END that the record has ended; WITHDRAW takes a state back.",
    )
    stated_at: datetime | None = strawberry.field(default=None, description="When your register made the change.")
    valid_from: date | None = strawberry.field(
        default=None, description="Since when it holds, where the record's own dates do not say."
    )


@strawberry.input(description="A delivery of records to one register.")
class SubmitRecordsInput:
    """A delivery of records to one register."""

    register: str = strawberry.field(description="The register.")
    idempotency_key: str = strawberry.field(
        description="Names this delivery: sent again with the same body it does nothing and gives the same results."
    )
    records: list[RecordInput] = strawberry.field(description="The records, in order.")
    source_unit: str = strawberry.field(default="", description="The unit of your department that delivers.")
    reason: str | None = strawberry.field(
        default=None,
        description="Why; it is kept and shown with the versions that it makes. Required where a record is ended or "
        "withdrawn.",
    )
    stated_on: date | None = strawberry.field(default=None, description="The day you say it; today if not given.")


@strawberry.type(description="What came of a submission.")
class SubmissionResult:
    """What came of a submission."""

    submission_id: strawberry.ID = strawberry.field(description="The submission's id, as in the source of values.")
    results: list[RecordResult] = strawberry.field(description="One result for each record, in order.")


@dataclass(frozen=True)
class _Body:
    """The lines of a submission and what tells it from another."""

    lines: list[Line]
    digest: bytes


@strawberry.type(description="What a department, or the platform office, may do · 变更.")
class Mutation:
    """The root type of mutations."""

    @strawberry.mutation(  # type: ignore[untyped-decorator]
        description="Submit records to a register that your department answers for · 报送数据."
    )
    async def submit_records(
        self,
        info: strawberry.Info,
        input: Annotated[SubmitRecordsInput, strawberry.argument(description="The delivery.")],  # noqa: A002
    ) -> SubmissionResult:
        """Take in the records in one or more transactions; every record has a result."""
        context = context_of(info)
        context.check_register(input.register)
        if len(input.records) > context.settings.max_records:
            raise SubmissionTooLarge(limit=context.settings.max_records)
        stated_at = said("statedOn", datetime.combine(input.stated_on, time())) if input.stated_on else now()
        check_name("idempotencyKey", input.idempotency_key)
        check_name("sourceUnit", input.source_unit or "-")
        check_name("reason", input.reason or "-")
        if not input.reason and any(record.operation is not Operation.STATE for record in input.records):
            raise ReasonRequired
        body = _body(input, context.model.records)
        delivery = Delivery(
            register=input.register,
            source_unit=input.source_unit,
            idempotency_key=input.idempotency_key,
            digest=body.digest,
            stated_at=stated_at,
            sender=context.viewer.officer,
            reason=input.reason or None,
            department=context.viewer.department,
        )
        summary = await context.intake.take_in(
            delivery, lambda after: (line for line in body.lines if line.place > after), keep_results=True
        )
        return SubmissionResult(
            submission_id=strawberry.ID(str(summary.submission_id)),
            results=[result_of(result) for result in summary.results],
        )

    reassign_identifier: ReassignmentResult = strawberry.mutation(
        resolver=reassign_identifier,
        description="Lead a number, which was given to the wrong entity, to the one it belongs to · 号码改派.",
    )
    link_entities: LinkResult = strawberry.mutation(
        resolver=link_entities,
        description="Say that two entities are one: the second stands for the first, whose ids and numbers lead to it "
        "from now on. It can be undone. For the platform office · 实体合并.",
    )
    unlink_entities: LinkResult = strawberry.mutation(
        resolver=unlink_entities,
        description="Say that an entity is none with the one that stands for it: both stand for themselves again, each "
        "with its whole history. For the platform office · 取消合并.",
    )
    split_entity: SplitResult = strawberry.mutation(
        resolver=split_entity,
        description="Say that an entity is two: the records and numbers named belong to another one, which is new, and "
        "so does what is said of those records later. Linking both undoes it. For the platform office · 实体拆分.",
    )
    apply_for_sharing: SharingApplication = strawberry.mutation(
        resolver=apply_for_sharing,
        description="Apply for items of one department, each with its legal basis · 申请共享.",
    )
    advance_application: SharingApplication = strawberry.mutation(
        resolver=advance_application,
        description="Take a step of an application: see its `steps` · 办理共享申请.",
    )
    record_consent: strawberry.ID = strawberry.mutation(
        resolver=record_consent,
        description="Keep that a person or an enterprise lets your agency have items, in writing · 登记主体书面同意.",
    )
    withdraw_consent: strawberry.ID = strawberry.mutation(
        resolver=withdraw_consent,
        description="Keep that they let it have them no more; it holds at once · 撤回主体同意.",
    )
    approve_use: strawberry.ID = strawberry.mutation(
        resolver=approve_use,
        description="Let the officers of your unit use items for one case; for heads of units · 单位负责人批准.",
    )
    raise_objection: ObjectionType = strawberry.mutation(
        resolver=raise_objection,
        description="Dispute items that you are given, or that are yours: until that is settled they are flagged, or "
        "withheld · 提出异议.",
    )
    settle_objection: ObjectionType = strawberry.mutation(
        resolver=settle_objection,
        description="Say how an objection came out: its items are disclosed again at once; for information managers · "
        "办结异议.",
    )
    revoke_grant: strawberry.ID = strawberry.mutation(
        resolver=revoke_grant,
        description="End a grant at once, everywhere; for the catalog office · 撤销授权.",
    )
    draft_catalog_change: CatalogDraft = strawberry.mutation(
        resolver=draft_catalog_change,
        description="Draft other terms of an item, or another order of those who decide it, against the version of the "
        "catalog in force; for the catalog office · 起草目录变更.",
    )
    approve_catalog_change: CatalogDraft = strawberry.mutation(
        resolver=approve_catalog_change,
        description="Approve a draft that another officer made; for the catalog office · 批准目录变更.",
    )
    publish_catalog_change: CatalogDraft = strawberry.mutation(
        resolver=publish_catalog_change,
        description="Publish an approved draft as the next version of the catalog: it is in force at once for what is "
        "written, and what stands follows in the background, as `catalogVersions` shows. For the catalog office · "
        "发布目录变更.",
    )
    withdraw_catalog_change: CatalogDraft = strawberry.mutation(
        resolver=withdraw_catalog_change,
        description="Withdraw or reject a draft that is not published; for the catalog office · 撤回目录变更.",
    )
    end_sessions: list[strawberry.ID] = strawberry.mutation(
        resolver=end_sessions,
        description="End a session, or all of an officer or of an agency, within a second everywhere; gives those that "
        "were open. For security administrators · 终止会话.",
    )
    end_account: str = strawberry.mutation(
        resolver=end_account,
        description="End the account of a system with all its tokens; for security administrators · 终止账户.",
    )
    mend_quarantined: MendedLine = strawberry.mutation(
        resolver=mend_quarantined,
        description="Correct a line of your department that could not be taken in, and take it in again. The line as "
        "it came is kept · 更正待处理的行.",
    )
    retry_quarantined: RetriedLines = strawberry.mutation(
        resolver=retry_quarantined,
        description="Take open lines of your department in again as they are, where a rule or a code list has "
        "changed; one call looks at as many as a submission may carry, the latest first · 重新处理.",
    )
    dismiss_quarantined: list[strawberry.ID] = strawberry.mutation(
        resolver=dismiss_quarantined,
        description="Note that lines of your department need not be taken in; they are kept. Gives those that were "
        "open · 不再处理.",
    )
    report_anomaly: AnomalyType = strawberry.mutation(
        resolver=report_anomaly,
        description="Keep that an anomaly was reported to who has to mend it, within 24 hours of its being found · "
        "异常报告.",
    )
    close_anomaly: AnomalyType = strawberry.mutation(
        resolver=close_anomaly,
        description="Keep that an anomaly was mended, within 48 hours of its being found, or that it is none · "
        "异常处理.",
    )
    create_webhook: CreatedWebhook = strawberry.mutation(
        resolver=create_webhook,
        description="Have changes posted to an address of yours as signed CloudEvents, at least once and in order · "
        "新建变更推送.",
    )
    retry_webhook: WebhookType = strawberry.mutation(
        resolver=retry_webhook,
        description="Have a webhook go on, whatever stopped it, and post its dead letters once more · 重新推送.",
    )
    remove_webhook: WebhookType = strawberry.mutation(
        resolver=remove_webhook, description="Take a webhook away, with its dead letters · 删除变更推送."
    )
    export_entities: ExportType = strawberry.mutation(
        resolver=export_entities,
        description="Have items of many entities answered into a file, one row for each key, decided and logged as "
        "if you asked for it · 批量导出.",
    )
    cancel_export: ExportType = strawberry.mutation(
        resolver=cancel_export, description="End an export, and destroy what there is of its file · 取消导出."
    )


def _body(given: SubmitRecordsInput, record_types: Mapping[str, object]) -> _Body:
    lines = [
        Line(
            place=place,
            record_type=record.record_type,
            values=_named(record, record_types),
            cells=dict(_flat(record.values)),
            operation=record.operation,
            stated_at=said("statedAt", record.stated_at) if record.stated_at else None,
            valid_from=record.valid_from,
        )
        for place, record in enumerate(given.records, start=1)
    ]
    statements = [(line.record_type, line.cells, line.operation, line.stated_at, line.valid_from) for line in lines]
    why = (given.reason,) if given.reason else ()
    said_once = (given.register, given.source_unit, given.stated_on, statements, *why)
    content = msgspec.json.encode(said_once, order="sorted")
    return _Body(lines, blake2b(content, digest_size=32).digest())


def _named(record: RecordInput, record_types: Mapping[str, object]) -> dict[str, object]:
    """The values by the model's names; a name that is not known stays, to be refused with its reason."""
    columns = getattr(record_types.get(record.record_type), "columns", {})
    return {columns.get(name, name): value for name, value in _flat(record.values)}


def _flat(values: object) -> Iterator[tuple[str, object]]:
    """Nested values as ``item.part``; what is no object has no names and gives nothing."""
    for name, value in values.items() if isinstance(values, Mapping) else ():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{part}", inner) for part, inner in value.items())
        else:
            yield name, value
