"""The questions that the schema answers: entities by key, by id, by any identifier; registers and catalog."""

from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from graphql_schema.accesses import ACCESS_QUESTIONS
from graphql_schema.anomalies import ANOMALY_QUESTIONS
from graphql_schema.applications import (
    Mediation,
    SharingApplication,
    mediations,
    sharing_applications,
)
from graphql_schema.as_of import GivenAsOf
from graphql_schema.catalog import CatalogItem, catalog
from graphql_schema.catalog_drafts import CatalogDraft, catalog_changes
from graphql_schema.catalog_versions import CatalogVersion, catalog_versions
from graphql_schema.changes import CHANGE_QUESTIONS
from graphql_schema.connections import Connection
from graphql_schema.directory import RegisterType, Viewed, registers, viewed
from graphql_schema.discrepancies import DiscrepancyType, discrepancies_asked
from graphql_schema.entities import EntityTypes
from graphql_schema.enums import EntityKind, Scheme
from graphql_schema.exports import EXPORT_QUESTIONS
from graphql_schema.global_id import parse_global_id
from graphql_schema.lookups import KeyOutcome, asked, many, named, one
from graphql_schema.making import context_of, raw_info
from graphql_schema.objections import ObjectionType, objections_asked
from graphql_schema.quality import QUALITY_QUESTIONS
from graphql_schema.quarantine import QuarantinedLine, quarantine_asked
from graphql_schema.search import search_fields
from graphql_schema.security import SECURITY_QUESTIONS
from graphql_schema.submissions import Submission, submission_asked
from graphql_schema.values import CreditCode, IdNumber
from graphql_schema.verify import Verification, VerifiedClaim, verify_identities, verify_identity
from graphql_schema.webhooks import WEBHOOK_QUESTIONS
from hub.access import Role
from hub.catalog import Model
from hub.desk import Key
from hub.errors import NotYours
from hub.identifiers.schemes import SCHEMES

OneIdNumber = Annotated[IdNumber, strawberry.argument(description="The ID number, however it is spelt.")]
OneCreditCode = Annotated[CreditCode, strawberry.argument(description="The credit code, however it is spelt.")]
IdNumbers = Annotated[
    list[IdNumber], strawberry.argument(description="The ID numbers; a misspelt one spoils no other.")
]
CreditCodes = Annotated[
    list[CreditCode], strawberry.argument(description="The credit codes; a misspelt one spoils no other.")
]
GivenIds = Annotated[list[strawberry.ID], strawberry.argument(description="Ids that the hub gave out before.")]
OfScheme = Annotated[Scheme, strawberry.argument(description="What kind of number the value is.")]
NumberValue = Annotated[str, strawberry.argument(description="The number, however it is spelt.")]
GivenId = Annotated[strawberry.ID, strawberry.argument(description="An id that the hub gave out before.")]


def build_query(model: Model, types: EntityTypes) -> type:
    """The root type of queries under one model."""
    person, legal = types.of(EntityKind.NATURAL_PERSON), types.of(EntityKind.LEGAL_ENTITY)
    person_result = _result_type("NaturalPersonResult", "natural_person", person)
    legal_result = _result_type("LegalEntityResult", "legal_entity", legal)
    entity_result = _result_type("EntityResult", "entity", types.entity)

    async def natural_person(info: strawberry.Info, id_number: OneIdNumber, as_of: GivenAsOf = None) -> Any:  # noqa: ANN401
        return await one(info, EntityKind.NATURAL_PERSON, Scheme.ID_NUMBER, id_number, as_of)

    async def legal_entity(info: strawberry.Info, credit_code: OneCreditCode, as_of: GivenAsOf = None) -> Any:  # noqa: ANN401
        return await one(info, EntityKind.LEGAL_ENTITY, Scheme.CREDIT_CODE, credit_code, as_of)

    async def natural_persons(info: strawberry.Info, id_numbers: IdNumbers, as_of: GivenAsOf = None) -> Any:  # noqa: ANN401
        found = await many(info, EntityKind.NATURAL_PERSON, Scheme.ID_NUMBER, id_numbers, as_of)
        return [person_result(outcome=outcome, problem=why, natural_person=answer) for outcome, why, answer in found]

    async def legal_entities(info: strawberry.Info, credit_codes: CreditCodes, as_of: GivenAsOf = None) -> Any:  # noqa: ANN401
        found = await many(info, EntityKind.LEGAL_ENTITY, Scheme.CREDIT_CODE, credit_codes, as_of)
        return [legal_result(outcome=outcome, problem=why, legal_entity=answer) for outcome, why, answer in found]

    async def entity(info: strawberry.Info, scheme: OfScheme, value: NumberValue, as_of: GivenAsOf = None) -> Any:  # noqa: ANN401
        kind = EntityKind.NATURAL_PERSON if SCHEMES[scheme].names_person else EntityKind.LEGAL_ENTITY
        return await one(info, kind, scheme, value, as_of)

    async def node(info: strawberry.Info, id: GivenId, as_of: GivenAsOf = None) -> Any:  # noqa: A002, ANN401
        kind, entity_id = parse_global_id(id)
        context, key = context_of(info), Key(entity_id=entity_id)
        context.take_keys(1)
        moment = await context.moment_of_one(raw_info(info), kind, key, asked(as_of))
        return await context.entity(raw_info(info), kind, key, moment, "read")

    async def entities(info: strawberry.Info, ids: GivenIds, as_of: GivenAsOf = None) -> Any:  # noqa: ANN401
        found = await named(info, ids, as_of)
        return [entity_result(outcome=outcome, problem=why, entity=answer) for outcome, why, answer in found]

    async def own_view(info: strawberry.Info, as_of: GivenAsOf = None) -> Any:  # noqa: ANN401
        context, kind = context_of(info), EntityKind.NATURAL_PERSON
        key = context.desk.own_key(context.viewer)
        if key is None:
            raise NotYours(role=Role.DATA_SUBJECT)
        moment = await context.moment_of_one(raw_info(info), kind, key, asked(as_of))
        return await context.entity(raw_info(info), kind, key, moment, "own view")

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
        "entities": _root(
            entities,
            list[entity_result],  # type: ignore[valid-type]
            "Several entities by their ids: one outcome for each, in the order given · 按编号批量查询.",
        ),
        **search_fields(types),
        "verify_identity": _root(
            verify_identity,
            Verification,
            "Whether an ID number and a name are one person's; tells nothing else · 核验.",
        ),
        "verify_identities": _root(
            verify_identities, list[VerifiedClaim], "The same of several, in the order given · 批量核验."
        ),
        "registers": _root(registers, list[RegisterType], "The registers, their records and items · 数据来源目录."),
        "catalog": _root(
            catalog,
            list[CatalogItem],
            "Every governed item with its deciders, in the version in force now or at a moment; what was asked of then "
            "is empty where there was no catalog · 共享目录.",
        ),
        "catalog_versions": _root(
            catalog_versions,
            Connection[CatalogVersion],
            "The versions of the catalog, the one in force first: who published each and why, what it changed, and how "
            "far entities follow · 目录版本.",
        ),
        "catalog_changes": _root(
            catalog_changes,
            Connection[CatalogDraft],
            "The drafts of the catalog, in the order in which they were made, each with its steps; for the catalog "
            "office · 目录变更草案.",
        ),
        "discrepancies": _root(
            discrepancies_asked,
            Connection[DiscrepancyType] | None,
            "What your department has to settle, in the order in which it was found; for the platform office, what all "
            "of them have · 差异.",
        ),
        "quarantine": _root(
            quarantine_asked,
            Connection[QuarantinedLine] | None,
            "What your department delivered and could not be taken in, the latest first; for the platform office, what "
            "all of them did, without a value · 待处理区.",
        ),
        "submission": _root(
            submission_asked,
            Submission | None,
            "How far a submission is, of a register that your department answers for; for the platform office, of any "
            "register · 报送进度.",
        ),
        "sharing_applications": _root(
            sharing_applications,
            Connection[SharingApplication],
            "The applications of your agency and those to your department, each with its clock; for the catalog office "
            "all of them · 共享申请.",
        ),
        "objections": _root(
            objections_asked,
            Connection[ObjectionType],
            "The objections of your agency, or about yourself; for information managers all of them · 异议.",
        ),
        "mediations": _root(
            mediations, list[Mediation], "The latest results of mediation, which are public · 协调结果公布."
        ),
        "me": _root(viewed, Viewed, "Who you are to the hub."),
        "own_view": _root(
            own_view,
            person | None,
            "What is kept of you, where your token says who you are: all that is shared with anybody and tells of no "
            "other person · 本人信息.",
        ),
        **CHANGE_QUESTIONS,
        **WEBHOOK_QUESTIONS,
        **EXPORT_QUESTIONS,
        **QUALITY_QUESTIONS,
        **ANOMALY_QUESTIONS,
        **ACCESS_QUESTIONS,
        **SECURITY_QUESTIONS,
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
