"""The schemes that identifiers belong to: how each is spelt and whether it names a person.

One table: a scheme's normaliser and its secrecy are decided here and nowhere else.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hub.errors import InvalidIdentifier
from hub.identifiers import citizen_id, organization


class Scheme(StrEnum):
    """What kind of number an identifier is."""

    ID_NUMBER = "ID_NUMBER"
    SOCIAL_SECURITY_NUMBER = "SOCIAL_SECURITY_NUMBER"
    CREDIT_CODE = "CREDIT_CODE"
    ORGANIZATION_CODE = "ORGANIZATION_CODE"
    REGISTRATION_NUMBER = "REGISTRATION_NUMBER"
    CERTIFICATE_NUMBER = "CERTIFICATE_NUMBER"


@dataclass(frozen=True, slots=True)
class SchemeRule:
    """How a scheme is treated: ``identity`` values live in the vault alone."""

    title: str
    title_zh: str
    normalise: Callable[[str], str]
    identity: bool


def _plain_number(text: str) -> str:
    number = unicodedata.normalize("NFKC", text).strip().upper().replace(" ", "")
    if not number or len(number) > 60:
        raise InvalidIdentifier(scheme="number", problem="it is empty or longer than 60 characters")
    return number


SCHEMES: dict[Scheme, SchemeRule] = {
    Scheme.ID_NUMBER: SchemeRule("Citizen ID number (GB 11643)", "公民身份号码", citizen_id.normalise, identity=True),
    Scheme.SOCIAL_SECURITY_NUMBER: SchemeRule(
        "Personal social security number", "个人社保号", _plain_number, identity=True
    ),
    Scheme.CREDIT_CODE: SchemeRule(
        "Unified social credit code (GB 32100)", "统一社会信用代码", organization.credit_code, identity=False
    ),
    Scheme.ORGANIZATION_CODE: SchemeRule(
        "Organisation code (GB 11714)", "组织机构代码", organization.organization_code, identity=False
    ),
    Scheme.REGISTRATION_NUMBER: SchemeRule(
        "Business registration number", "工商注册号", organization.registration_number, identity=False
    ),
    Scheme.CERTIFICATE_NUMBER: SchemeRule(
        "Number of a registration certificate", "登记证号", _plain_number, identity=False
    ),
}


def normalise(scheme: Scheme, text: str) -> str:
    """The one spelling of ``text`` under ``scheme``; raises ``InvalidIdentifier`` without repeating the value."""
    return SCHEMES[scheme].normalise(text)
