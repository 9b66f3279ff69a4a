"""The types that are the same under every model: coded values, sources, provenance, outcomes.

What stands behind a coded value or a source is a plain struct with the attributes that the type names, and nothing is
copied to show it.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import partial
from typing import Any, ClassVar, NewType, cast

import strawberry
from msgspec import Struct
from strawberry.types.scalar import ScalarDefinition

from graphql_schema.enums import Outcome, Standing
from hub.catalog import CodeList, ItemType, Model
from hub.catalog.unknown import is_unknown
from hub.intake.chunk import Result
from hub.merge import Source

IdNumber = NewType("IdNumber", str)
CreditCode = NewType("CreditCode", str)
PartialDate = NewType("PartialDate", str)


def _as_written(value: object) -> str:
    """Keys are checked by the hub, which never repeats them in an error, as the GraphQL library would."""
    return str(value)


SCALARS: dict[object, ScalarDefinition] = {
    IdNumber: strawberry.scalar(
        name="IdNumber",
        description="Citizen ID number · 公民身份号码 (GB 11643). 15-digit and full-width spellings are understood.",
        serialize=str,
        parse_value=_as_written,
    ),
    CreditCode: strawberry.scalar(
        name="CreditCode",
        description="Unified social credit code · 统一社会信用代码 (GB 32100).",
        serialize=str,
        parse_value=_as_written,
    ),
    PartialDate: strawberry.scalar(
        name="PartialDate",
        description="A date as precise as its source gave it: yyyy, yyyy-MM or yyyy-MM-dd (GB/T 7408); "
        "yyyy-MM-ddTHH:mm for what happened at a time.",
        serialize=str,
        parse_value=str,
    ),
}


@strawberry.enum(description="Why a value is null.")
class Absence(Enum):
    """Why a value is null."""

    NOT_REPORTED = strawberry.enum_value("NOT_REPORTED", description="No register speaks of it.")
    NOT_COVERED = strawberry.enum_value("NOT_COVERED", description="The law covers the item for other people only.")
    NONE = strawberry.enum_value("NONE", description="The register that decides says that there is none.")
    UNKNOWN_AT_SOURCE = strawberry.enum_value(
        "UNKNOWN_AT_SOURCE", description="The register that speaks of it says that it does not know."
    )
    SHREDDED = strawberry.enum_value("SHREDDED", description="By order of two officers the number was destroyed.")
    NOT_GRANTED = strawberry.enum_value("NOT_GRANTED", description="No grant of yours covers it.")


class Code(Struct, frozen=True):
    """A code with its name and standard, as ``CodedValue`` shows it."""

    code: str | None
    name: str | None
    system: str
    system_version: str
    raw: str | None


@strawberry.type(name="Coded", description="A value of a code list · 代码值.")
class CodedValue:
    """A ``Code``. There are few, which come again and again, so that a plan keeps what it showed of each."""

    is_one_of_few: ClassVar[bool] = True

    code: str | None = strawberry.field(description="The code in the standard; null where the source gave a name only.")
    name: str | None = strawberry.field(description="The name of the code, in Chinese.")
    system: str = strawberry.field(description="The standard or list, as GB/T 2261.1.")
    system_version: str = strawberry.field(description="The version of the standard.")
    raw: str | None = strawberry.field(description="What the source wrote, where it differs from the code.")


def coded(codes: CodeList, value: Mapping[str, Any]) -> Code:
    """A payload value of a coded item, with its name."""
    code, name = value.get("code"), value.get("name")
    return Code(code, codes.codes.get(code, name) if code else name, codes.name, codes.version, value.get("raw"))


def presenting(item_type: ItemType, codes: CodeList | None = None) -> Callable[[Any], Any]:
    """What shows the payload values of a plain type as the schema has them."""
    if item_type is ItemType.CODED:
        return _known(partial(coded, codes)) if codes else lambda value: None
    return _known(date.fromisoformat) if item_type is ItemType.DATE else _known(lambda value: value)


def _known(show: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None or is_unknown(value) else show(value)


def _department(root: Source, info: strawberry.Info) -> str:
    model: Model = info.context.model
    return model.records[root.record_type].department


def _submission(root: Source, info: strawberry.Info) -> strawberry.ID:
    return strawberry.ID(str(root.submission_id))


def _order(root: Source, info: strawberry.Info) -> strawberry.ID | None:
    return strawberry.ID(str(root.moved_by)) if root.moved_by else None


@strawberry.type(name="Source", description="Where a value comes from: one state of one record · 来源.")
class SourceOfValue:
    """The register, record and times of a value: a ``Source``."""

    register: str = strawberry.field(description="The register, by name.")
    department: str = strawberry.field(resolver=_department, description="The department responsible for it, by name.")
    source_unit: str = strawberry.field(description="The unit of the department that delivered it.")
    record_type: str = strawberry.field(description="The type of record.")
    record_key: str = strawberry.field(
        description="Names the record in its register and tells nothing of it; empty where an entity has only one."
    )
    valid_from: date = strawberry.field(description="Since when it holds in the world.")
    valid_to: date | None = strawberry.field(description="Until when (exclusive), where that is known.")
    stated_at: datetime = strawberry.field(description="When the source said it.")
    recorded_at: datetime = strawberry.field(description="Since when the hub knows it.")
    submission_id: strawberry.ID = strawberry.field(resolver=_submission, description="The delivery that brought it.")
    moved_by: strawberry.ID | None = strawberry.field(
        resolver=_order,
        description="The order, as a submission, by which it was moved here from another entity, if it was · 拆分指令.",
    )


def source_of(source: Source) -> SourceOfValue:
    """A source as callers see it: itself, under the name of its type."""
    return cast("SourceOfValue", source)


@strawberry.type(description="Another register that speaks of the item · 其他来源.")
class Alternative:
    """What another register says, held against the decided value."""

    agrees: bool = strawberry.field(description="Whether it says the same as the register that decides.")
    source: SourceOfValue = strawberry.field(description="The record that says so.")


@strawberry.type(description="Why a merged item has the value it has · 数据来源与依据.")
class Provenance:
    """The reason of a merged value."""

    source: SourceOfValue | None = strawberry.field(description="The record that decides; null where none speaks.")
    basis: str | None = strawberry.field(description="The legal basis of the rule that fired.")
    standing: Standing | None = strawberry.field(description="With what right it decides.")
    catalog_version: int = strawberry.field(description="The version of the catalog whose rules decided · 目录版本.")
    alternatives: list[Alternative] = strawberry.field(description="The other registers that speak of the item.")
    absence: Absence | None = strawberry.field(description="Why the value is null, where it is.")


def unexplained(absence: Absence, catalog_version: int) -> Provenance:
    """The provenance of a value that there is not, or that is not shown."""
    return Provenance(
        source=None, basis=None, standing=None, catalog_version=catalog_version, alternatives=[], absence=absence
    )


@strawberry.type(name="Reason", description="Why a record could not be taken in · 退回原因.")
class RejectionReason:
    """A reason in words a clerk understands."""

    code: str = strawberry.field(description="The reason's code, from a closed list.")
    column: str | None = strawberry.field(description="The column it concerns.")
    zh: str = strawberry.field(description="The reason in Chinese.")
    en: str = strawberry.field(description="The reason in English.")


@strawberry.type(description="What came of one record of a submission.")
class RecordResult:
    """The outcome of one record."""

    place: int = strawberry.field(description="The record's place in the submission, from 1.")
    outcome: Outcome = strawberry.field(description="What came of it.")
    reason: RejectionReason | None = strawberry.field(description="Why it is in quarantine, if it is.")


def result_of(result: Result) -> RecordResult:
    """A result as callers see it."""
    why = result.reason
    return RecordResult(
        place=result.place,
        outcome=result.outcome,
        reason=RejectionReason(code=why.code.name, column=why.column, zh=why.zh, en=why.en) if why else None,
    )
