"""The mutation by which a responsible department leads a number to the entity it belongs to."""

from typing import Annotated

import strawberry

from graphql_schema.enums import Scheme
from graphql_schema.global_id import parse_global_id
from graphql_schema.making import context_of
from hub.identifiers.crosswalk import read_document
from hub.intake.delivery import check_name
from hub.intake.reassign import Reassignment, reassign


@strawberry.input(description="A number that was given to the wrong entity, and where it belongs.")
class ReassignIdentifierInput:
    """A number that was given to the wrong entity, and where it belongs."""

    register: str = strawberry.field(description="The register of yours whose records bear such numbers.")
    idempotency_key: str = strawberry.field(description="Names this order: sent again it does nothing.")
    scheme: Scheme = strawberry.field(description="What kind of number it is.")
    value: str = strawberry.field(description="The number, however it is spelt.")
    to: strawberry.ID | None = strawberry.field(
        default=None, description="The entity it belongs to; if not given, one of which records are still to come."
    )
    own_value: str | None = strawberry.field(
        default=None, description="The right number, of the same scheme, of the entity that bore it by mistake."
    )
    reason: str = strawberry.field(description="Why, in words; it is kept.")


@strawberry.type(description="What came of a reassignment.")
class ReassignmentResult:
    """What came of a reassignment."""

    submission_id: strawberry.ID = strawberry.field(description="The submission under which it is kept.")


async def reassign_identifier(
    info: strawberry.Info,
    input: Annotated[ReassignIdentifierInput, strawberry.argument(description="The order.")],  # noqa: A002
) -> ReassignmentResult:
    """Lead a number to another entity; the records of the one it led to stay with that one."""
    context = context_of(info)
    context.check_register(input.register)
    check_name("idempotencyKey", input.idempotency_key)
    check_name("reason", input.reason)
    order = Reassignment(
        register=input.register,
        key=read_document(input.scheme, input.value),
        to=parse_global_id(input.to)[1] if input.to else None,
        own=read_document(input.scheme, input.own_value) if input.own_value else None,
        reason=input.reason,
        idempotency_key=input.idempotency_key,
        sender=context.viewer.officer,
    )
    return ReassignmentResult(submission_id=strawberry.ID(str(await reassign(context.intake, order))))
