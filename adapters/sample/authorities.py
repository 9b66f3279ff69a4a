"""Who decides what, as the answer key has it: the articles told a second time, beside the model and not from it.

Each item has the places that may decide it, in order: record type, place in the record, standing. Those that only count
where no household registration is held are the fallbacks. Others are merely held against the decided value.
"""

from collections.abc import Iterator
from typing import NamedTuple

from adapters.sample.ledger import DOCUMENTS, Statement
from hub.catalog import EntityKind

AUTHORITATIVE, FALLBACK, DERIVED = "AUTHORITATIVE", "FALLBACK", "DERIVED"
_BIRTH_DATE_IN_NUMBER = "birth date in the number"


class Decider(NamedTuple):
    """A place that may decide an item, with what standing, and whether a household registration silences it."""

    record: str
    place: str
    standing: str
    without_household: bool = False


class Rule(NamedTuple):
    """Who decides an item, who is compared, and what it means that nobody speaks."""

    deciders: tuple[Decider, ...]
    compared: tuple[tuple[str, str], ...] = ()
    codes: str | None = None
    silence: str = "NOT_REPORTED"


def _fallback(record: str, place: str, standing: str = FALLBACK) -> Decider:
    return Decider(record, place, standing, without_household=True)


_NAME, _SEX = "recordedSubject.name", "recordedSubject.sex"
_NAMING_AFTER_BIRTHS = (
    "socialInsurances",
    "marriageRegistrations",
    "schoolEnrolments",
    "housingFundAccounts",
    "disabilityCertificates",
    "academicQualifications",
    "degrees",
    "qualificationCertificates",
    "practiceCertificates",
    "familyPlanningCertificates",
    "deathCertificate",
)
_NAMING_NOBODY = (
    "employment",
    "professionalTitles",
    "professionalAppointments",
    "adoptionRegistrations",
    "minimumLivingAllowances",
)
_REGISTRATIONS = {
    "businessRegistration": "ENTERPRISE",
    "individualBusinessRegistration": "INDIVIDUAL_BUSINESS",
    "privateNonEnterpriseRegistration": "PRIVATE_NON_ENTERPRISE",
    "socialGroupRegistration": "SOCIAL_GROUP",
    "welfareInstitutionRegistration": "WELFARE_INSTITUTION",
    "publicInstitutionRegistration": "PUBLIC_INSTITUTION",
}
RULES: dict[EntityKind, dict[str, Rule]] = {
    EntityKind.NATURAL_PERSON: {
        "name": Rule(
            (
                Decider("household", "name", AUTHORITATIVE),
                _fallback("residencePermits", _NAME),
                _fallback("birthCertificate", "newbornName"),
                *(_fallback(record, _NAME) for record in _NAMING_AFTER_BIRTHS),
            ),
            tuple((record, _NAME) for record in _NAMING_NOBODY),
        ),
        "sex": Rule(
            (
                Decider("household", "sex", AUTHORITATIVE),
                _fallback("residencePermits", _SEX),
                _fallback("birthCertificate", "sex.code"),
                _fallback("schoolEnrolments", _SEX),
                _fallback("deathCertificate", _SEX),
            ),
            codes="GB/T 2261.1",
        ),
        "ethnicity": Rule(
            (
                Decider("household", "ethnicity", AUTHORITATIVE),
                _fallback("residencePermits", "recordedSubject.ethnicity"),
                _fallback("deathCertificate", "recordedSubject.ethnicity"),
            ),
            codes="GB/T 3304",
        ),
        "birthDate": Rule(
            (
                Decider("household", _BIRTH_DATE_IN_NUMBER, DERIVED),
                _fallback("residencePermits", _BIRTH_DATE_IN_NUMBER, DERIVED),
                _fallback("socialInsurances", _BIRTH_DATE_IN_NUMBER, DERIVED),
                _fallback("marriageRegistrations", _BIRTH_DATE_IN_NUMBER, DERIVED),
                _fallback("birthCertificate", "bornOn"),
                _fallback("residencePermits", "recordedSubject.birthDate"),
                _fallback("schoolEnrolments", "recordedSubject.birthDate"),
                _fallback("deathCertificate", "recordedSubject.birthDate"),
            ),
            (("household", "recordedBirthDate"),),
        ),
        "lifeStatus": Rule(
            (Decider("deathCertificate", "lifeStatus", DERIVED), Decider("household", "lifeStatus", DERIVED)),
            codes="life_status",
        ),
        "maritalStatus": Rule(
            (Decider("marriageRegistrations", "maritalStatus", AUTHORITATIVE),),
            codes="GB/T 2261.2",
            silence="NOT_COVERED",
        ),
        "employmentStatus": Rule(
            (Decider("employment", "employmentStatus", AUTHORITATIVE),),
            codes="GB/T 2261.4",
        ),
    },
    EntityKind.LEGAL_ENTITY: {
        "name": Rule(tuple(Decider(record, "name", AUTHORITATIVE) for record in _REGISTRATIONS)),
        "kind": Rule(tuple(Decider(record, "kind", DERIVED) for record in _REGISTRATIONS), codes="legal_entity_kind"),
    },
}


def deciders(rule: Rule, *, has_household: bool) -> Iterator[Decider]:
    """Those that may decide for somebody with or without a household registration."""
    return (decider for decider in rule.deciders if not (decider.without_household and has_household))


def said_at(statement: Statement, place: str) -> str | None:
    """What a statement says at a place, also what follows from what it says; None where nothing does."""
    match place:
        case "birth date in the number":
            return _birth_date(statement)
        case "lifeStatus":
            return _life_status(statement)
        case "kind":
            return _REGISTRATIONS[statement.record.name]
        case _:
            return statement.values.get(place)


def _birth_date(statement: Statement) -> str | None:
    values = statement.values
    number = values.get("idNumber") or values.get("recordedSubject.idNumber")
    if number is None or DOCUMENTS[values.get("recordedSubject.idType", "1")] != "ID_NUMBER":
        return None
    return f"{number[6:10]}-{number[10:12]}-{number[12:14]}"


def _life_status(statement: Statement) -> str | None:
    """Who has a death certificate is dead, who is registered is alive; who moved out may be either."""
    if statement.record.name == "deathCertificate":
        return "DECEASED"
    if statement.values.get("status") == "NORMAL":
        return "ALIVE"
    return "DECEASED" if statement.values.get("cancelReason") == "DEATH" else None
