"""What callers are granted, why they are not given more, and the mutation that takes a grant back."""

from datetime import datetime
from typing import Annotated

import strawberry

from graphql_schema.enums import EntityKind, GrantBasis, GrantState, SharingMode, Withheld
from graphql_schema.global_id import parse_id
from graphql_schema.making import context_of, raw_info
from hub.desk import grants as desk_grants
from hub.desk.grants import HeldGrant
from hub.errors import UnknownGrant
from hub.intake.delivery import check_name

OfKind = Annotated[EntityKind, strawberry.argument(description="The kind of entity.")]
OfItems = Annotated[
    list[str] | None, strawberry.argument(description="The items, as the catalog names them; without any, all.")
]
GrantId = Annotated[strawberry.ID, strawberry.argument(description="The grant, as `me` gives it.")]
WhyRevoked = Annotated[str, strawberry.argument(description="Why, in words; it is kept.")]


@strawberry.type(name="Grant", description="A permission of yours · 授权.")
class GrantType:
    """A permission."""

    id: strawberry.ID = strawberry.field(description="Its id, as the access log names it.")
    entity: EntityKind = strawberry.field(description="The kind of entity.")
    items: list[str] = strawberry.field(description="The items, as the catalog names them.")
    modes: list[SharingMode] = strawberry.field(description="In which ways you may use them.")
    purpose: str | None = strawberry.field(description="The code with which `Hub-Purpose` must begin; null for any.")
    divisions: list[str] = strawberry.field(description="The area codes it is for; none, the whole city.")
    masked: bool = strawberry.field(description="Whether values are covered.")
    basis: GrantBasis = strawberry.field(description="On what it rests.")
    state: GrantState = strawberry.field(description="Whether it is in force.")
    valid_from: datetime | None = strawberry.field(description="Since when; null where it follows from the catalog.")
    valid_to: datetime | None = strawberry.field(description="Until when; null where no end is set.")
    ends_soon: bool = strawberry.field(description="Whether it ends within thirty days: apply anew in time · 即将到期.")


@strawberry.type(name="Withheld", description="An item that you are not given, and why · 未授权的数据项.")
class WithheldType:
    """An item that is not given."""

    item: str = strawberry.field(description="The item.")
    reason: Withheld = strawberry.field(description="Why.")
    department: str | None = strawberry.field(description="The department to turn to; null for what is no item.")


async def my_grants(info: strawberry.Info) -> list[GrantType]:
    """The caller's grants."""
    context = context_of(info)
    found = await desk_grants.grants_of(context.desk, context.viewer)
    context.spend(raw_info(info), len(found))
    return [grant_of(one) for one in found]


async def my_withheld(info: strawberry.Info, entity: OfKind, items: OfItems = None) -> list[WithheldType]:
    """What the caller is not given, and why."""
    context = context_of(info)
    found = await desk_grants.withheld(context.desk, context.viewer, entity, items or [])
    context.spend(raw_info(info), len(found))
    return [WithheldType(item=one.item, reason=one.reason, department=one.department) for one in found]


async def revoke_grant(info: strawberry.Info, id: GrantId, reason: WhyRevoked) -> strawberry.ID:  # noqa: A002
    """End a grant at once."""
    context = context_of(info)
    check_name("reason", reason)
    await desk_grants.revoke_grant(context.desk, context.viewer, parse_id(id, UnknownGrant()), reason)
    return id


def grant_of(held: HeldGrant) -> GrantType:
    """A grant as callers see it."""
    grant = held.grant
    return GrantType(
        id=strawberry.ID(str(grant.grant_id)),
        entity=grant.entity,
        items=sorted(grant.items),
        modes=sorted(grant.modes),
        purpose=grant.purpose or None,
        divisions=list(grant.divisions),
        masked=grant.masked,
        basis=grant.basis,
        state=held.state,
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
        ends_soon=held.ends_soon,
    )
