"""Discrepancies as callers see them: those that stand on an entity, and those that a department has to settle.

A discrepancy tells which records contradict each other and by which check, never a value.
"""

from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any, Optional

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.connections import After, Connection, First, page_of, page_size
from graphql_schema.enums import EntityKind
from graphql_schema.global_id import global_id
from graphql_schema.making import context_of, raw_info
from hub.catalog import Model
from hub.desk import Answer
from hub.desk.discrepancies import FoundDiscrepancy, Wanted, cursor_of, discrepancies
from hub.errors import InvalidArgument
from hub.stewardship.checks import title_of

OfDepartment = Annotated[
    str | None, strawberry.argument(description="Of this department; a department sees its own, whatever it gives.")
]
OfItem = Annotated[str | None, strawberry.argument(description="About this item, as `household.cancelReason`.")]
StandsOpen = Annotated[
    bool | None, strawberry.argument(name="open", description="True for those that stand, false for those settled.")
]


@strawberry.type(description="A record that a discrepancy rests on · 涉及的记录.")
class DiscrepancyRecord:
    """A record that a discrepancy rests on."""

    register: str = strawberry.field(description="The register, by name.")
    department: str = strawberry.field(description="The department responsible for it, by name.")
    record_type: str = strawberry.field(description="The type of record.")
    source_unit: str = strawberry.field(description="The unit of the department that delivered it.")
    record_key: str = strawberry.field(
        description="Names the record in its register and tells nothing of it; empty where an entity has only one."
    )


@strawberry.type(name="Discrepancy", description="Records of registers that contradict each other · 差异.")
class DiscrepancyType:
    """Records that contradict each other."""

    id: strawberry.ID = strawberry.field(description="Names the discrepancy.")
    entity_id: strawberry.ID = strawberry.field(description="The entity it is about, as `node` takes it.")
    kind: EntityKind = strawberry.field(description="The kind of entity.")
    check: str = strawberry.field(description="The check that found it: `comparison`, or a cross-check of the model.")
    title: str = strawberry.field(description="What was found, in English.")
    title_zh: str = strawberry.field(description="What was found, in Chinese · 差异说明.")
    item: str = strawberry.field(description="The item in question.")
    department: str = strawberry.field(description="The department that has to settle it · 责任部门.")
    records: list[DiscrepancyRecord] = strawberry.field(
        description="The records that contradict each other, as far as you may know of them."
    )
    opened_at: datetime = strawberry.field(description="Since when it is known.")
    closed_at: datetime | None = strawberry.field(description="Since when it is settled.")


def discrepancies_field() -> StrawberryField:
    """The field on both kinds of entity."""

    async def resolve(root: Answer, info: strawberry.Info) -> Any:  # noqa: ANN401
        context = context_of(info)
        return [_shown(context.model, one) for one in await context.discrepancies(raw_info(info), root)]

    field: StrawberryField = strawberry.field(
        resolver=resolve,
        graphql_type=Optional[list[DiscrepancyType]],  # noqa: UP045
        description="What stands between registers about the entity, of items that a grant covers · 差异.",
    )
    return field


async def discrepancies_asked(
    info: strawberry.Info,
    department: OfDepartment = None,
    item: OfItem = None,
    is_open: StandsOpen = True,
    first: First = 100,
    after: After = None,
) -> Connection[DiscrepancyType]:
    """A page of what a department has to settle."""
    context = context_of(info)
    for argument, text in (("department", department), ("item", item)):
        if text is not None and not text.isprintable():
            raise InvalidArgument(name=argument, problem="it holds characters that no name has")
    wanted = Wanted(department, item, is_open)
    found, more = await discrepancies(context.desk, context.viewer, wanted, after, page_size(first))
    context.spend(raw_info(info), len(found))
    return page_of([(cursor_of(context.desk, one), _shown(context.model, one)) for one in found], after, more=more)


def _shown(model: Model, found: FoundDiscrepancy) -> DiscrepancyType:
    title = title_of(model, found.check)
    return DiscrepancyType(
        id=strawberry.ID(urlsafe_b64encode(found.discrepancy_id.bytes).decode().rstrip("=")),
        entity_id=strawberry.ID(global_id(found.kind, found.entity_id)),
        kind=found.kind,
        check=found.check,
        title=title.en,
        title_zh=title.zh,
        item=found.item,
        department=found.department,
        records=[
            DiscrepancyRecord(
                register=record.register,
                department=model.records[record.record_type].department,
                record_type=record.record_type,
                source_unit=record.source_unit,
                record_key=record.record_key,
            )
            for record in found.records
        ],
        opened_at=found.opened_at,
        closed_at=found.closed_at,
    )
