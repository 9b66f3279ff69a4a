"""Who looked at whose data, as auditors and data subjects see it: entries of the access log, never a value."""

from datetime import UTC, date, datetime
from typing import Annotated

import strawberry

from graphql_schema.connections import After, Connection, First, page_of, page_size
from graphql_schema.global_id import global_id, parse_global_id
from graphql_schema.making import context_of, raw_info
from hub.desk.accesses import Access, accesses
from hub.errors import InvalidArgument
from hub.store.accesses import WantedAccesses

BEGINNING, END = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
OfSubject = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Entries that show this entity, by an edge too, or one that was linked into it."),
]
OfAgency = Annotated[str | None, strawberry.argument(description="Of this agency.")]
OfOfficer = Annotated[str | None, strawberry.argument(description="Of this officer.")]
Since = Annotated[datetime | None, strawberry.argument(description="Kept at this instant or later.")]
Until = Annotated[datetime | None, strawberry.argument(description="Kept before this instant.")]


@strawberry.type(name="Access", description="A question, as the access log keeps it · 一次访问.")
class AccessType:
    """A question, as the access log keeps it."""

    at: datetime = strawberry.field(description="When the entry was kept: then the answer left.")
    began_at: datetime = strawberry.field(description="When the question began.")
    agency: str = strawberry.field(description="The agency that asked · 机关.")
    officer: str | None = strawberry.field(description="The officer that asked; null for data subjects · 人员.")
    roles: list[str] = strawberry.field(description="In which roles · 角色.")
    purpose: str = strawberry.field(description="For what · 用途.")
    grants: list[str] = strawberry.field(description="By which grants · 授权.")
    operation: str = strawberry.field(description="What was asked for, as `look up` or `search` · 操作.")
    document: str = strawberry.field(description="The digest of the GraphQL document, values left out.")
    items: list[str] = strawberry.field(description="The items that were given · 给出的数据项.")
    denied: list[str] = strawberry.field(description="The items that were denied · 拒绝的数据项.")
    outcome: str = strawberry.field(description="How it came out: `GIVEN`, `PARTLY` or `DENIED` · 结果.")
    trace_id: str = strawberry.field(description="The trace that the answer bore.")
    valid_on: date | None = strawberry.field(description="The day that was asked about.")
    known_at: datetime | None = strawberry.field(description="The instant that was asked about; null for the present.")
    shown: int = strawberry.field(description="How many entities were shown.")
    subjects: list[strawberry.ID] = strawberry.field(
        description="Those of them that still stand, as `node` takes them."
    )


async def access_log(
    info: strawberry.Info,
    subject: OfSubject = None,
    agency: OfAgency = None,
    officer: OfOfficer = None,
    since: Since = None,
    until: Until = None,
    first: First = 100,
    after: After = None,
) -> Connection[AccessType]:
    """A page of the access log."""
    context = context_of(info)
    for argument, text in (("agency", agency), ("officer", officer)):
        if text is not None and not text.isprintable():
            raise InvalidArgument(name=argument, problem="it holds characters that no name has")
    wanted = WantedAccesses(agency, officer, since or BEGINNING, until or END)
    entity_id = parse_global_id(subject)[1] if subject else None
    found, more = await accesses(context.desk, context.viewer, wanted, entity_id, after, page_size(first))
    context.spend(raw_info(info), len(found))
    return page_of([(one.cursor, _shown(one)) for one in found], after, more=more)


def _shown(one: Access) -> AccessType:
    told = {name: getattr(one, name) for name in Access.__slots__ if name not in ("cursor", "subjects")}
    subjects = [strawberry.ID(global_id(kind, entity_id)) for kind, entity_id in one.subjects]
    return AccessType(**told, subjects=subjects)


ACCESS_QUESTIONS = {
    "access_log": strawberry.field(
        resolver=access_log,
        graphql_type=Connection[AccessType] | None,
        description="Who asked about whom, the latest first: for auditors; for data subjects, who asked about them · "
        "访问日志.",
    ),
}
"""The field of the root that tells who looked at whose data."""
