"""The rules by which a derived item follows from other items of the same line.

Pure: takes normalised values (or None where the line says nothing), gives a payload value or ``SILENT``.
"""

from collections.abc import Callable
from typing import Final, TypeGuard

from hub.identifiers import citizen_id
from hub.identifiers.documents import disability_of
from hub.identifiers.schemes import Identifier, Scheme

SILENT: Final = object()
"""What a rule gives when nothing follows."""


def birth_date_of_id_number(id_number: object) -> object:
    """Digits 7 to 14 of the ID number (GB 11643): Article 9 lists no birth date."""
    if _is(id_number, Scheme.ID_NUMBER):
        return citizen_id.birth_date(id_number.value).isoformat()
    return SILENT


def sex_of_id_number(id_number: object) -> object:
    """Digit 17 of the ID number (GB 11643): odd for men, even for women."""
    if _is(id_number, Scheme.ID_NUMBER):
        return {"code": citizen_id.sex(id_number.value)}
    return SILENT


def life_status_of_household(status: object, cancel_reason: object) -> object:
    """A household registration in force means alive, one cancelled by death means deceased; moving out says nothing."""
    if _code(status) == "NORMAL":
        return {"code": "ALIVE"}
    return {"code": "DECEASED"} if _code(cancel_reason) == "DEATH" else SILENT


def disability_category(certificate_number: object) -> object:
    """The digit after the ID number in a disability certificate's number."""
    return (
        {"code": disability_of(certificate_number.value)[0]}
        if _is(certificate_number, Scheme.DISABILITY_CERTIFICATE)
        else SILENT
    )


def disability_level(certificate_number: object) -> object:
    """The digit after the category in a disability certificate's number."""
    return (
        {"code": disability_of(certificate_number.value)[1]}
        if _is(certificate_number, Scheme.DISABILITY_CERTIFICATE)
        else SILENT
    )


def begins_with_id_number(certificate_number: object, id_number: object) -> object:
    """Whether a disability certificate's number is the one of a holder of this ID number."""
    if (
        _is(certificate_number, Scheme.DISABILITY_CERTIFICATE)
        and isinstance(id_number, Identifier)
        and id_number.scheme is Scheme.ID_NUMBER
    ):
        return certificate_number.value.startswith(id_number.value)
    return SILENT


def _is(key: object, scheme: Scheme) -> TypeGuard[Identifier]:
    return isinstance(key, Identifier) and key.scheme is scheme


def _code(value: object) -> object:
    return value.get("code") if isinstance(value, dict) else None


RULES: dict[str, Callable[..., object]] = {
    "begins_with_id_number": begins_with_id_number,
    "birth_date_of_id_number": birth_date_of_id_number,
    "disability_category": disability_category,
    "disability_level": disability_level,
    "life_status_of_household": life_status_of_household,
    "sex_of_id_number": sex_of_id_number,
}
"""The rules by the name that model files use; ``constant`` gives the derivation's own value."""
