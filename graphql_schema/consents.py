"""The mutations that keep a subject's consent and the approval of the head of a unit."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from graphql_schema.enums import EntityKind
from graphql_schema.global_id import parse_global_id
from graphql_schema.making import context_of
from hub.desk import consents
from hub.desk.consents import Wish
from hub.errors import InvalidArgument, UnknownConsent

DIGEST_BYTES = 32


@strawberry.input(description="What a person or an enterprise lets your agency have, in writing · 主体书面同意.")
class RecordConsentInput:
    """What a subject lets an agency have."""

    subject: strawberry.ID = strawberry.field(description="The id of the person or enterprise.")
    items: list[str] = strawberry.field(description="The items, each of which needs `CONSENT`.")
    purpose: str = strawberry.field(description="The code with which `Hub-Purpose` begins.")
    until: datetime = strawberry.field(description="Until when, a year ahead at most.")
    document_digest: str = strawberry.field(
        description="The SHA-256 or SM3 digest of the signed document, as 64 hexadecimal digits; you keep the document."
    )


@strawberry.input(description="What the head of a unit lets its officers use for one case · 单位负责人批准.")
class ApproveUseInput:
    """What the head of a unit approves."""

    entity: EntityKind = strawberry.field(description="The kind of entity.")
    items: list[str] = strawberry.field(description="The items, each of which needs `UNIT_HEAD`.")
    purpose: str = strawberry.field(description="The purpose with its case, word for word as `Hub-Purpose` names it.")
    until: datetime = strawberry.field(description="Until when, thirty days ahead at most.")


Consented = Annotated[RecordConsentInput, strawberry.argument(description="The consent.")]
Approved = Annotated[ApproveUseInput, strawberry.argument(description="The approval.")]
Subject = Annotated[strawberry.ID, strawberry.argument(description="The id of the person or enterprise.")]
ConsentId = Annotated[strawberry.ID, strawberry.argument(description="The consent, as `recordConsent` gave it.")]


async def record_consent(info: strawberry.Info, input: Consented) -> strawberry.ID:  # noqa: A002
    """Keep a consent."""
    context = context_of(info)
    kind, subject = parse_global_id(input.subject)
    wish = Wish(kind, frozenset(input.items), input.purpose, input.until)
    digest = _digest(input.document_digest)
    kept = await consents.record_consent(context.desk, context.viewer, subject, wish, digest)
    return strawberry.ID(str(kept))


async def withdraw_consent(info: strawberry.Info, subject: Subject, id: ConsentId) -> strawberry.ID:  # noqa: A002
    """Keep that a consent is withdrawn."""
    context = context_of(info)
    try:
        consent_id = UUID(id)
    except ValueError:
        raise UnknownConsent from None
    await consents.withdraw_consent(context.desk, context.viewer, parse_global_id(subject)[1], consent_id)
    return id


async def approve_use(info: strawberry.Info, input: Approved) -> strawberry.ID:  # noqa: A002
    """Keep the approval of the head of a unit."""
    context = context_of(info)
    wish = Wish(input.entity, frozenset(input.items), input.purpose, input.until)
    return strawberry.ID(str(await consents.approve_use(context.desk, context.viewer, wish)))


def _digest(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != DIGEST_BYTES:
        raise InvalidArgument(name="documentDigest", problem="write it as 64 hexadecimal digits")
    return digest
