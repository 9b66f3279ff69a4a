"""What security administrators see and do: who is let in, by which session or account, and who was refused."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry

from graphql_schema.connections import First, page_size
from graphql_schema.enums import Role
from graphql_schema.global_id import parse_id
from graphql_schema.making import context_of, raw_info
from hub.access import roles_named
from hub.desk import security
from hub.desk.security import Account, OpenSession, SessionEvent
from hub.errors import InvalidArgument
from hub.intake.delivery import check_name


@strawberry.enum(name="SessionEventKind", description="What happened to a session · 会话事件.")
class EventKind(Enum):
    """What happened to a session."""

    STARTED = strawberry.enum_value("STARTED", description="It began with the first use of a token · 开始.")
    ENDED = strawberry.enum_value("ENDED", description="It was ended · 终止.")
    REFUSED = strawberry.enum_value("REFUSED", description="A token was refused · 拒绝.")


@strawberry.type(name="OpenSession", description="A session that is open · 会话.")
class OpenSessionType:
    """A session that is open."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    issuer: str = strawberry.field(description="Whose tokens it is of.")
    agency: str = strawberry.field(description="The agency.")
    officer: str = strawberry.field(description="The officer, or the account.")
    roles: list[Role] = strawberry.field(description="In which roles.")
    started_at: datetime = strawberry.field(description="Since when.")
    used_at: datetime = strawberry.field(description="When it was used last, within half a minute.")
    ends_at: datetime | None = strawberry.field(description="When it ends at the latest.")


@strawberry.type(name="SessionEvent", description="What happened to a session, or that a token was refused · 会话事件.")
class SessionEventType:
    """What happened to a session."""

    at: datetime = strawberry.field(description="When.")
    event: EventKind = strawberry.field(description="What.")
    agency: str | None = strawberry.field(description="The agency; null where the token proved nothing.")
    officer: str | None = strawberry.field(description="The officer, or the account; null likewise.")
    roles: list[Role] = strawberry.field(description="In which roles; none where a token was refused.")
    reason: str | None = strawberry.field(description="Why.")
    told_by: str | None = strawberry.field(description="Who ended it.")


@strawberry.type(name="Account", description="An account of an agency's system · 系统账户.")
class AccountType:
    """An account of an agency's system."""

    name: str = strawberry.field(description="Its name.")
    agency: str = strawberry.field(description="The agency.")
    roles: list[Role] = strawberry.field(description="In which roles.")
    department: str | None = strawberry.field(description="The department that it reports for.")
    divisions: list[str] = strawberry.field(description="The area codes that it is responsible for; none, all.")
    registered_at: datetime = strawberry.field(description="Since when.")
    registered_by: str = strawberry.field(description="Who registered it.")
    ended_at: datetime | None = strawberry.field(description="When it ended.")
    ended_by: str | None = strawberry.field(description="Who ended it.")


OfAgency = Annotated[str | None, strawberry.argument(description="Of this agency.")]
OfOfficer = Annotated[str | None, strawberry.argument(description="Of this officer of the agency.")]
OfKind = Annotated[EventKind | None, strawberry.argument(description="Of this kind.")]
Before = Annotated[datetime | None, strawberry.argument(description="Before this instant.")]
SessionId = Annotated[strawberry.ID | None, strawberry.argument(description="This session only.")]
Reason = Annotated[str, strawberry.argument(description="Why; it is kept, and told to who asks on.")]
Name = Annotated[str, strawberry.argument(description="The account.")]


async def open_sessions(
    info: strawberry.Info, agency: OfAgency = None, officer: OfOfficer = None, first: First = 100
) -> list[OpenSessionType]:
    """The sessions that are open."""
    context = context_of(info)
    found = await security.open_sessions(context.desk, context.viewer, agency, officer, page_size(first))
    context.spend(raw_info(info), len(found))
    return [_session(one) for one in found]


async def session_events(
    info: strawberry.Info, event: OfKind = None, agency: OfAgency = None, before: Before = None, first: First = 100
) -> list[SessionEventType]:
    """What happened to sessions."""
    context, sort = context_of(info), event.name if event else None
    found = await security.session_events(context.desk, context.viewer, sort, agency, before, page_size(first))
    context.spend(raw_info(info), len(found))
    return [_event(one) for one in found]


async def accounts(info: strawberry.Info) -> list[AccountType]:
    """Every account."""
    context = context_of(info)
    found = await security.all_accounts(context.desk, context.viewer)
    context.spend(raw_info(info), len(found))
    return [_account(one) for one in found]


async def end_sessions(
    info: strawberry.Info,
    reason: Reason,
    session: SessionId = None,
    agency: OfAgency = None,
    officer: OfOfficer = None,
) -> list[strawberry.ID]:
    """End sessions."""
    context = context_of(info)
    check_name("reason", reason)
    session_id = parse_id(session, InvalidArgument(name="session", problem="it is no session")) if session else None
    ended = await security.end_sessions(context.desk, context.viewer, session_id, agency, officer, reason)
    return [strawberry.ID(str(one)) for one in ended]


async def end_account(info: strawberry.Info, name: Name) -> str:
    """End an account."""
    context = context_of(info)
    check_name("name", name)
    await security.end_account(context.desk, context.viewer, name)
    return name


def _session(one: OpenSession) -> OpenSessionType:
    return OpenSessionType(
        id=strawberry.ID(str(one.session_id)),
        issuer=one.issuer,
        agency=one.agency,
        officer=one.officer,
        roles=sorted(roles_named(one.roles)),
        started_at=one.started_at,
        used_at=one.used_at,
        ends_at=one.ends_at,
    )


def _event(one: SessionEvent) -> SessionEventType:
    return SessionEventType(
        at=one.at,
        event=EventKind(one.event),
        agency=one.agency,
        officer=one.officer,
        roles=sorted(roles_named(one.roles or "")),
        reason=one.reason,
        told_by=one.told_by,
    )


def _account(one: Account) -> AccountType:
    return AccountType(
        name=one.name,
        agency=one.agency,
        roles=sorted(roles_named(one.roles)),
        department=one.department,
        divisions=list(one.divisions),
        registered_at=one.registered_at,
        registered_by=one.registered_by,
        ended_at=one.ended_at,
        ended_by=one.ended_by,
    )


SECURITY_QUESTIONS: dict[str, Any] = {
    "open_sessions": strawberry.field(
        resolver=open_sessions,
        graphql_type=list[OpenSessionType] | None,
        description="The sessions that are open, the latest used first; for security administrators · 当前会话.",
    ),
    "session_events": strawberry.field(
        resolver=session_events,
        graphql_type=list[SessionEventType] | None,
        description="What happened to sessions and which tokens were refused, the latest first; for security "
        "administrators · 会话日志.",
    ),
    "accounts": strawberry.field(
        resolver=accounts,
        graphql_type=list[AccountType] | None,
        description="The accounts of agencies' systems, those that have ended too; for security administrators · "
        "系统账户.",
    ),
}
"""The fields of the root for security administrators."""
