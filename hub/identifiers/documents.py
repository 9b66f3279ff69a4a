"""Numbers of documents that stand for a person who has no citizen ID number, or that embed one.

Takes any spelling a register may use; gives the part of the number that stays when the document is renewed, or raises
``InvalidIdentifier``.
"""

import re

from hub.errors import InvalidIdentifier
from hub.identifiers import citizen_id
from hub.identifiers.spelling import bare, compact, counts

_PASSPORT = re.compile(r"(?:[A-Z]{3}/)?(?=.*[1-9])[0-9A-Z]{5,17}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{3}", re.ASCII)
_HONG_KONG_MACAO = re.compile(r"([HM]\d{8})(?:\d{2})?", re.ASCII)
_TAIWAN = re.compile(r"(\d{8})(?:\d{2})?", re.ASCII)
_PERMANENT_RESIDENCE = re.compile(r"[A-Z]{3}\d{12}", re.ASCII)
_DISABILITY = re.compile(r"([1-9]\d{16}[\dX])([1-7][1-4])(?:B?\d{1,2})?", re.ASCII)
_STUDENT = re.compile(r"[GLJ]([1-9]\d{16}[\dX])", re.ASCII)


def passport(text: str) -> str:
    """A passport number: 5 to 17 letters and digits, after the country (GB/T 2659) and a slash where that is known.

    Countries number alike, so the country is part of the key; without it, a number is another key.
    """
    return _matched(_PASSPORT, text, "PASSPORT")[0]


def of_country(text: str, country: str) -> str:
    """A passport number with the country that issued it, unless it says one or the country has no code."""
    return f"{country}/{text}" if _COUNTRY.fullmatch(country) and "/" not in compact(text) else text


def hong_kong_macao_permit(text: str) -> str:
    """A mainland travel permit of residents of Hong Kong and Macao, without the count of renewals."""
    return _matched(_HONG_KONG_MACAO, text, "HONG_KONG_MACAO_PERMIT")[1]


def taiwan_permit(text: str) -> str:
    """A mainland travel permit of residents of Taiwan, without the count of renewals."""
    return _matched(_TAIWAN, text, "TAIWAN_PERMIT")[1]


def permanent_residence_card(text: str) -> str:
    """A foreigner's permanent residence card of the older form; the newer one bears a number after GB 11643."""
    return _matched(_PERMANENT_RESIDENCE, text, "PERMANENT_RESIDENCE_CARD")[0]


def disability_certificate(text: str) -> str:
    """A disability certificate: ID number, category and level (GB/T 26341), then perhaps a count of renewals."""
    found = _matched(_DISABILITY, text, "DISABILITY_CERTIFICATE")
    return citizen_id.normalise(found[1]) + found[0][18:]


def disability_of(certificate: str) -> tuple[str, str]:
    """Category and level of disability that a normalised certificate number says."""
    return certificate[18], certificate[19]


def id_number_in(text: str) -> str | None:
    """The citizen ID number that a normalised document number is, or begins with, or has after a student's letter."""
    student = _STUDENT.fullmatch(text)
    disability = _DISABILITY.fullmatch(text)
    embedded = student[1] if student else disability[1] if disability else text
    try:
        return citizen_id.normalise(embedded) if len(embedded) == citizen_id.LENGTH else None
    except InvalidIdentifier:
        return None


def plain_number(text: str) -> str:
    """A number of a register's own form.

    What stands in a column where there is no number, as 无, - or 000, would make one entity of all who have none.
    """
    number = any_number(text)
    if not counts(number):
        raise InvalidIdentifier(scheme="number", problem="it has no digit but 0")
    return number


def any_number(text: str) -> str:
    """What stands for a number that leads to nobody."""
    number = compact(text)
    if not number.isprintable() or not 0 < len(number) <= 60:
        raise InvalidIdentifier(scheme="number", problem="it is not 1 to 60 printable characters")
    return number


def _matched(form: re.Pattern[str], text: str, scheme: str) -> re.Match[str]:
    found = form.fullmatch(bare(text))
    if found is None:
        raise InvalidIdentifier(scheme=scheme, problem="it does not have the form of one")
    return found
