"""Look entities up for the root fields that name them: by one number, by many, by ids.

Takes numbers as they are written; gives answers, and for lists an outcome for each key, in the order given.
"""

from asyncio import gather
from collections.abc import Sequence
from enum import Enum

import strawberry

from graphql_schema.as_of import AsOfInput
from graphql_schema.enums import EntityKind, Scheme
from graphql_schema.global_id import parse_global_id
from graphql_schema.making import context_of, raw_info
from hub.desk import Answer, AsOf, Key
from hub.errors import InvalidGlobalId, InvalidIdentifier


@strawberry.enum(description="What came of one key of a list.")
class KeyOutcome(Enum):
    """What came of one key of a list."""

    FOUND = strawberry.enum_value("FOUND", description="The key names an entity.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="The hub knows no entity by this key.")
    INVALID = strawberry.enum_value("INVALID", description="The key is misspelt: see `problem`.")


def asked(as_of: AsOfInput | None) -> AsOf | None:
    """What the desk is asked, where a moment is given."""
    return as_of.asked() if as_of else None


async def one(
    info: strawberry.Info, kind: EntityKind, scheme: Scheme, value: str, as_of: AsOfInput | None
) -> Answer | None:
    """What a number names at a moment."""
    context = context_of(info)
    context.take_keys(1)
    key = context.desk.key(scheme, value)
    moment = await context.moment_of_one(raw_info(info), kind, key, asked(as_of))
    (answer,) = await context.look_up(raw_info(info), kind, [key], moment)
    return answer


async def many(
    info: strawberry.Info, kind: EntityKind, scheme: Scheme, values: Sequence[str], as_of: AsOfInput | None
) -> list[tuple[KeyOutcome, str | None, Answer | None]]:
    """The outcome of each key: what came of it, what is wrong with it, what it names."""
    context, keys, problems = context_of(info), dict[str, Key | None](), dict[str, str]()
    context.take_keys(len(values))
    for value in values:
        try:
            keys[value] = context.desk.key(scheme, value)
        except InvalidIdentifier as error:
            problems[value] = error.message
    moment = await context.moment_of_many(raw_info(info), asked(as_of))
    good = [value for value in values if value in keys]
    found = await context.look_up(raw_info(info), kind, [keys[value] for value in good], moment, kind.field_name)
    answers = dict(zip(good, found, strict=True))
    return [_outcome(answers.get(value), problems.get(value)) for value in values]


async def named(
    info: strawberry.Info, ids: Sequence[str], as_of: AsOfInput | None
) -> list[tuple[KeyOutcome, str | None, Answer | None]]:
    """The outcome of each id: what came of it, what is wrong with it, whom it names."""
    context = context_of(info)
    context.take_keys(len(ids))
    moment = await context.moment_of_many(raw_info(info), asked(as_of))

    async def outcome(text: str) -> tuple[KeyOutcome, str | None, Answer | None]:
        try:
            kind, entity_id = parse_global_id(text)
        except InvalidGlobalId as error:
            return KeyOutcome.INVALID, error.message, None
        answer = await context.entity(raw_info(info), kind, Key(entity_id=entity_id), moment, "read", "entity")
        return _outcome(answer, None)

    return await gather(*map(outcome, ids))


def _outcome(answer: Answer | None, problem: str | None) -> tuple[KeyOutcome, str | None, Answer | None]:
    if problem:
        return KeyOutcome.INVALID, problem, None
    return KeyOutcome.FOUND if answer else KeyOutcome.NOT_FOUND, None, answer
