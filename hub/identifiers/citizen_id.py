"""Citizen ID numbers (公民身份号码, GB 11643-1999).

Takes any spelling a register may use; gives the 18 characters of the standard or raises ``InvalidIdentifier``.
The first six digits are the division at the time of issue; they are not checked, because codes come and go.
"""

import re
from datetime import date

from stdnum.iso7064 import mod_11_2

from hub.errors import InvalidIdentifier
from hub.identifiers.spelling import bare

SCHEME = "ID_NUMBER"
LENGTH = 18
_LONG = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_SHORT = re.compile(r"[1-9]\d{14}", re.ASCII)


class WrongCheckDigit(InvalidIdentifier):
    """The value given is not a valid {scheme}: its last character is not the check digit of the others."""


class ImpossibleBirthDate(InvalidIdentifier):
    """The value given is not a valid {scheme}: the birth date in it does not exist."""


def normalise(text: str) -> str:
    """The 18-character form: full-width digits narrowed, ``x`` raised, 15-digit numbers (before 1999) lengthened."""
    number = bare(text)
    if _SHORT.fullmatch(number):
        body = number[:6] + "19" + number[6:]
        number = body + mod_11_2.calc_check_digit(body)
    if not _LONG.fullmatch(number):
        raise InvalidIdentifier(scheme=SCHEME, problem="it has neither 18 nor 15 digits")
    if not mod_11_2.is_valid(number):
        raise WrongCheckDigit(scheme=SCHEME)
    birth_date(number)
    return number


def birth_date(number: str) -> date:
    """The date of birth in digits 7 to 14 of a normalised number."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ImpossibleBirthDate(scheme=SCHEME) from None


def sex(number: str) -> str:
    """The code of GB/T 2261.1 that digit 17 of a normalised number says: 1 for men, 2 for women."""
    return "1" if int(number[16]) % 2 else "2"
