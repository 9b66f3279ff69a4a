"""The questions that the schema answers: entities by key, by id, by any identifier; registers and catalog."""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

import strawberry

from graphql_schema.context import OperationContext
from graphql_schema.directory import CatalogItem, RegisterType, Viewed, catalog, registers, viewed
from graphql_schema.entities import EntityTypes, context_of, raw_info
from graphql_schema.global_id import parse_global_id
from graphql_schema.selection import items_asked
from graphql_schema.values import CreditCode, IdNumber
from hub.catalog import EntityKind, Model
from hub.desk import Answer
from hub.errors import InvalidIdentifier, ListTooLong
from hub.identifiers.schemes import Scheme, normalise

strawberry.enum(Scheme, name="IdentifierScheme", description="What kind of number an identifier is · 标识类型.")
strawberry.enum(EntityKind, description="The two kinds of entity.")

PERSON_SCHEMES = frozenset({Scheme.ID_NUMBER, Scheme.SOCIAL_SECURITY_NUMBER})


@strawberry.enum(description="What came of one key of a list.")
class KeyOutcome(Enum):
    """What came of one key of a list."""

    FOUND = strawberry.enum_value("FOUND", description="The key names an entity.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="The hub knows no entity by this key.")
    INVALID = strawberry.enum_value("INVALID", description="The key is misspelt: see problem.")


def build_query(model: Model, types: EntityTypes) -> type:
    """The root type of queries under one model."""
    person, legal = types.of(EntityKind.NATURAL_PERSON), types.of(EntityKind.LEGAL_ENTITY)
    person_result = _result_type("NaturalPersonResult", "natural_person", person)
    legal_result = _result_type("LegalEntityResult", "legal_entity", legal)

    async def natural_person(info: strawberry.Info, id_number: IdNumber) -> Any:  # noqa: ANN401
        items = items_asked(model, EntityKind.NATURAL_PERSON, raw_info(info))
        return await _one(context_of(info), EntityKind.NATURAL_PERSON, Scheme.ID_NUMBER, id_number, items)

    async def legal_entity(info: strawberry.Info, credit_code: CreditCode) -> Any:  # noqa: ANN401
        items = items_asked(model, EntityKind.LEGAL_ENTITY, raw_info(info))
        return await _one(context_of(info), EntityKind.LEGAL_ENTITY, Scheme.CREDIT_CODE, credit_code, items)

    async def natural_persons(info: strawberry.Info, id_numbers: list[IdNumber]) -> Any:  # noqa: ANN401
        items = items_asked(model, EntityKind.NATURAL_PERSON, raw_info(info), "naturalPerson")
        found = await _many(context_of(info), EntityKind.NATURAL_PERSON, Scheme.ID_NUMBER, id_numbers, items)
        return [
            person_result(outcome=outcome, problem=problem, natural_person=answer) for outcome, problem, answer in found
        ]

    async def legal_entities(info: strawberry.Info, credit_codes: list[CreditCode]) -> Any:  # noqa: ANN401
        items = items_asked(model, EntityKind.LEGAL_ENTITY, raw_info(info), "legalEntity")
        found = await _many(context_of(info), EntityKind.LEGAL_ENTITY, Scheme.CREDIT_CODE, credit_codes, items)
        return [
            legal_result(outcome=outcome, problem=problem, legal_entity=answer) for outcome, problem, answer in found
        ]

    async def entity(info: strawberry.Info, scheme: Scheme, value: str) -> Any:  # noqa: ANN401
        kind = EntityKind.NATURAL_PERSON if scheme in PERSON_SCHEMES else EntityKind.LEGAL_ENTITY
        items = items_asked(model, kind, raw_info(info))
        return await _one(context_of(info), kind, scheme, value, items)

    async def node(info: strawberry.Info, id: strawberry.ID) -> Any:  # noqa: A002, ANN401
        kind, entity_id = parse_global_id(id)
        return await context_of(info).entity(kind, entity_id, items_asked(model, kind, raw_info(info)))

    fields: dict[str, Any] = {
        "natural_person": _root(
            natural_person, person | None, "The person with this ID number, current or old · 按公民身份号码查询."
        ),
        "legal_entity": _root(
            legal_entity, legal | None, "The legal entity with this credit code · 按统一社会信用代码查询."
        ),
        "natural_persons": _root(
            natural_persons,
            list[person_result],  # type: ignore[valid-type]
            "Several persons: one outcome for each key, in the order given · 批量查询自然人.",
        ),
        "legal_entities": _root(
            legal_entities,
            list[legal_result],  # type: ignore[valid-type]
            "Several legal entities: one outcome for each key, in the order given · 批量查询法人.",
        ),
        "entity": _root(entity, types.entity | None, "The entity that any identifier names · 按任意标识查询."),
        "node": _root(node, types.node | None, "The entity with this id (Relay)."),
        "registers": _root(registers, list[RegisterType], "The registers, their records and items · 数据来源目录."),
        "catalog": _root(catalog, list[CatalogItem], "Every governed item with its decider · 共享目录."),
        "me": _root(viewed, Viewed, "Who you are to the hub."),
    }
    return strawberry.type(type("Query", (), fields), description="What the hub can be asked · 查询.")


def _result_type(name: str, step: str, entity: type) -> type:
    """The type of one key's outcome in a list; ``step`` names the entity in it, and comes last."""
    attributes: dict[str, Any] = {
        "__annotations__": {"outcome": KeyOutcome, "problem": str | None, step: entity | None},
        "outcome": strawberry.field(description="What came of the key."),
        "problem": strawberry.field(description="What is wrong with the key, if it is misspelt."),
        step: strawberry.field(description="The entity, if it was found."),
    }
    return strawberry.type(type(name, (), attributes), name=name, description="What came of one key of a list.")


def _root(resolver: Callable[..., Any], graphql_type: object, description: str) -> Any:  # noqa: ANN401
    return strawberry.field(resolver=resolver, graphql_type=graphql_type, description=description)


async def _one(
    context: OperationContext, kind: EntityKind, scheme: Scheme, value: str, items: frozenset[str]
) -> Answer | None:
    key = (scheme, value)
    return (await context.desk.look_up(context.viewer, kind, [key], items)).get(key)


async def _many(
    context: OperationContext, kind: EntityKind, scheme: Scheme, values: Iterable[str], items: frozenset[str]
) -> list[tuple[KeyOutcome, str | None, Answer | None]]:
    """The outcome of each key: what came of it, what is wrong with it, what it names."""
    keys = list(values)
    if len(keys) > context.settings.max_keys:
        raise ListTooLong(limit=context.settings.max_keys)
    problems = {value: problem for value in keys if (problem := _problem(scheme, value))}
    good = [(scheme, value) for value in dict.fromkeys(keys) if value not in problems]
    found = await context.desk.look_up(context.viewer, kind, good, items)
    return [_outcome(found.get((scheme, value)), problems.get(value)) for value in keys]


def _outcome(answer: Answer | None, problem: str | None) -> tuple[KeyOutcome, str | None, Answer | None]:
    if problem:
        return KeyOutcome.INVALID, problem, None
    return KeyOutcome.FOUND if answer else KeyOutcome.NOT_FOUND, None, answer


def _problem(scheme: Scheme, value: str) -> str | None:
    try:
        normalise(scheme, value)
    except InvalidIdentifier as error:
        return error.message
    return None
