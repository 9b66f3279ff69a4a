"""Keys of legal entities: unified social credit codes (GB 32100-2015) and organisation codes (GB 11714-1997).

Takes any spelling a register may use; gives the normalised key or raises ``InvalidIdentifier``.
"""

import re

from stdnum.cn import uscc

from hub.errors import InvalidIdentifier
from hub.identifiers.spelling import bare

CREDIT_CODE_LENGTH = 18
OLD_TAXPAYER_ID_LENGTH = 15

_CREDIT_CODE = re.compile(r"[0-9A-HJ-NP-RTUW-Y]{2}\d{6}[0-9A-HJ-NP-RTUW-Y]{10}", re.ASCII)
_ORGANIZATION_CODE = re.compile(r"[0-9A-Z]{8}[0-9X]", re.ASCII)
_REGISTRATION_NUMBER = re.compile(r"(?=.*[1-9])[0-9A-Z]{6,20}", re.ASCII)
_TAXPAYER_ID = re.compile(r"(?=.*[1-9])[0-9A-Z]{15,20}", re.ASCII)
_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class WrongCharacter(InvalidIdentifier):
    """The value given is not a valid {scheme}: its last character is not the check character of the others."""


def credit_code(text: str) -> str:
    """A unified social credit code: 18 characters, the last of which checks the others.

    The 17th checks the organisation code in it; a code of which it does not is found by a cross-check, not refused.
    """
    number = bare(text)
    if not _CREDIT_CODE.fullmatch(number):
        raise InvalidIdentifier(scheme="CREDIT_CODE", problem="it does not have the form of GB 32100-2015")
    if number[17] != uscc.calc_check_digit(number[:17]):
        raise WrongCharacter(scheme="CREDIT_CODE")
    return number


def organization_code(text: str) -> str:
    """An organisation code: 8 characters and a check character."""
    number = bare(text)
    if not _ORGANIZATION_CODE.fullmatch(number):
        raise InvalidIdentifier(scheme="ORGANIZATION_CODE", problem="it does not have 9 characters")
    if not is_organization_code(number):
        raise WrongCharacter(scheme="ORGANIZATION_CODE")
    return number


def is_organization_code(code: str) -> bool:
    """Whether nine characters are an organisation code."""
    return _ORGANIZATION_CODE.fullmatch(code) is not None and code[8] == organization_check(code[:8])


def organization_check(body: str) -> str:
    """The check character of the eight characters of an organisation code (GB 11714)."""
    total = sum(weight * int(character, 36) for weight, character in zip(_ORGANIZATION_WEIGHTS, body, strict=True))
    return "0X987654321"[total % 11]


def registration_number(text: str) -> str:
    """A registration number of a register's own numbering: 6 to 20 letters and digits, unchecked."""
    number = bare(text)
    if not _REGISTRATION_NUMBER.fullmatch(number):
        raise InvalidIdentifier(
            scheme="REGISTRATION_NUMBER", problem="it is not 6 to 20 letters and digits, or has none but 0"
        )
    return number


def taxpayer_id(text: str) -> str:
    """A taxpayer identification number: the credit code, or 15 to 20 characters of an older form, unchecked."""
    number = bare(text)
    if not _TAXPAYER_ID.fullmatch(number):
        raise InvalidIdentifier(
            scheme="TAXPAYER_ID", problem="it is not 15 to 20 letters and digits, or has none but 0"
        )
    return number
