"""Verify identities (核验): fields of the query type that answer match or no match, and disclose nothing else."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated

import strawberry

from graphql_schema.making import context_of
from graphql_schema.values import IdNumber
from hub.desk import verify
from hub.errors import InvalidIdentifier
from hub.identifiers.schemes import Scheme, normalise

ClaimedNumber = Annotated[IdNumber, strawberry.argument(description="The ID number, however it is spelt.")]
ClaimedName = Annotated[str, strawberry.argument(description="The name; blanks, width and dots in it do not count.")]


@strawberry.enum(description="What came of a verification · 核验结果.")
class Verification(Enum):
    """What came of a verification."""

    MATCH = strawberry.enum_value("MATCH", description="The person of this number bears this name.")
    NO_MATCH = strawberry.enum_value("NO_MATCH", description="They do not, or the hub knows nobody by this number.")


@strawberry.input(name="IdentityClaim", description="A number and a name that are said to be one person's.")
class Claim:
    """A number and a name that are said to be one person's."""

    id_number: IdNumber = strawberry.field(description="The ID number, however it is spelt.")
    name: str = strawberry.field(description="The name; blanks, width and dots in it do not count.")


@strawberry.type(name="IdentityVerification", description="What came of one claim of a list.")
class VerifiedClaim:
    """What came of one claim of a list."""

    result: Verification | None = strawberry.field(description="Match or no match; null where the number is misspelt.")
    problem: str | None = strawberry.field(description="What is wrong with the number, if it is misspelt.")


Claims = Annotated[list[Claim], strawberry.argument(description="The claims; a misspelt number spoils no other.")]


async def verify_identity(info: strawberry.Info, id_number: ClaimedNumber, name: ClaimedName) -> Verification:
    """Whether the number and the name are one person's."""
    (verified,) = await _verified(info, [(id_number, name)])
    return verified


async def verify_identities(info: strawberry.Info, claims: Claims) -> list[VerifiedClaim]:
    """The same of several claims, in the order given."""
    problems = [_problem(claim.id_number) for claim in claims]
    good = [(claim.id_number, claim.name) for claim, problem in zip(claims, problems, strict=True) if problem is None]
    verified = iter(await _verified(info, good))
    return [VerifiedClaim(result=next(verified) if problem is None else None, problem=problem) for problem in problems]


async def _verified(info: strawberry.Info, pairs: Sequence[tuple[str, str]]) -> list[Verification]:
    context = context_of(info)
    context.take_keys(len(pairs))
    context.note_claims(len(pairs))
    matches = await verify(context.desk, context.viewer, pairs)
    return [Verification.MATCH if match else Verification.NO_MATCH for match in matches]


def _problem(number: str) -> str | None:
    try:
        normalise(Scheme.ID_NUMBER, number)
    except InvalidIdentifier as error:
        return error.message
    return None
