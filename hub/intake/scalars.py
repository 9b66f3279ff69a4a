"""Check one plain cell: a text, a number, a date, yes or no, or a number that names somebody.

Takes what the source wrote and the column it stands in; gives the value in its one form or raises ``Rejected``.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from hub.catalog import ItemType
from hub.catalog.unknown import unknown
from hub.errors import InvalidIdentifier
from hub.identifiers import citizen_id
from hub.identifiers.crosswalk import read_document
from hub.identifiers.organization import WrongCharacter
from hub.identifiers.schemes import SCHEMES, Identifier, Scheme
from hub.intake import dates
from hub.intake.rejection import Column
from hub.reasons import ReasonCode

_EMBEDDED_ID_NUMBER = re.compile(r"(?<!\d)([1-9]\d{5}[ -]?(?:19|20)\d{6}[ -]?\d{3}[\dXx])\d{0,4}(?!\d)")
"""An ID number, perhaps with up to four digits after it, as in the number of a disability certificate."""
_SAYS_WHAT_IT_IS = frozenset({Scheme.CREDIT_CODE, Scheme.ORGANIZATION_CODE})
"""Plain schemes whose check characters tell a number of theirs from one that embeds an ID number."""
_NO_DATE = re.compile(r"0000[-/.年]?(?:0?0[-/.月]?0?0日?|00[-/.月]?)?年?")
_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
LARGEST_INTEGER = 2**31 - 1
"""No number beyond it can be shown: an Int of GraphQL has 32 bits."""
_YES, _NO = {"1", "true", "yes", "y", "是"}, {"0", "false", "no", "n", "否"}
_UNKNOWN = frozenset({"不详", "未知", "不明", "不清", "不清楚", "无法核实", "无法查明", "待查", "未查明", "UNKNOWN"})
"""Words by which registers say that they do not know, where a number, a date or a code is asked for."""


def scalar(kind: ItemType, scheme: Scheme | None, max_length: int, value: object, column: Column) -> object:
    """The value of a cell of one type; a word that says the source does not know is kept as such."""
    if value is None:
        return None
    if kind is ItemType.TEXT:
        return plain_text(value, column, max_length)
    if isinstance(value, str) and says_unknown(value):
        return unknown(value.strip())
    if kind is ItemType.IDENTIFIER and scheme:
        return identifier_of(scheme, value, column)
    if kind in _DATES:
        return _date(kind, value, column)
    return _integer(value, column) if kind is ItemType.INTEGER else _boolean(value, column)


def says_unknown(text: str) -> bool:
    """Whether ``text`` is a word by which registers say that they do not know."""
    return unicodedata.normalize("NFKC", text).strip().upper() in _UNKNOWN


def plain_text(value: object, column: Column, max_length: int = 2_000) -> str:
    """A text within bounds, without an ID number in it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise column.rejects(ReasonCode.NOT_TEXT)
    text = str(value).strip()
    if "\x00" in text:
        raise column.rejects(ReasonCode.CONTAINS_NUL)
    if len(text) > max_length:
        raise column.rejects(ReasonCode.TOO_LONG, limit=max_length)
    if embeds_id_number(text):
        raise column.rejects(ReasonCode.IDENTITY_IN_TEXT)
    return text


def embeds_id_number(text: str) -> bool:
    """Whether a valid ID number stands in ``text``, alone or at the beginning of a longer number."""
    return any(citizen_id_in(match[1]) for match in _EMBEDDED_ID_NUMBER.finditer(unicodedata.normalize("NFKC", text)))


def citizen_id_in(text: str) -> bool:
    """Whether ``text`` is a valid ID number, which no plain item may hold."""
    try:
        citizen_id.normalise(text)
    except InvalidIdentifier:
        return False
    return True


def identifier_of(scheme: Scheme, value: object, column: Column) -> Identifier:
    """A number of its scheme, in its one spelling."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise column.rejects(ReasonCode.MALFORMED_NUMBER)
    if not SCHEMES[scheme].identity and scheme not in _SAYS_WHAT_IT_IS and embeds_id_number(str(value)):
        raise column.rejects(ReasonCode.IDENTITY_IN_TEXT)
    try:
        return read_document(scheme, str(value))
    except (citizen_id.WrongCheckDigit, WrongCharacter):
        raise column.rejects(ReasonCode.WRONG_CHECK_DIGIT) from None
    except citizen_id.ImpossibleBirthDate:
        raise column.rejects(ReasonCode.IMPOSSIBLE_DATE) from None
    except InvalidIdentifier:
        raise column.rejects(ReasonCode.MALFORMED_NUMBER) from None


def _date(kind: ItemType, value: object, column: Column) -> object:
    text = dates.text_of(value) if isinstance(value, date) else unicodedata.normalize("NFKC", plain_text(value, column))
    if _NO_DATE.fullmatch(text.partition(" ")[0]):
        return unknown(text)
    try:
        return _DATES[kind](text)
    except ValueError:
        raise column.rejects(ReasonCode.IMPOSSIBLE_DATE) from None


def _integer(value: object, column: Column) -> int:
    text = unicodedata.normalize("NFKC", plain_text(value, column))
    if not _INTEGER.fullmatch(text) or abs(int(text)) > LARGEST_INTEGER:
        raise column.rejects(ReasonCode.NOT_A_NUMBER)
    return int(text)


def _boolean(value: object, column: Column) -> bool:
    text = str(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise column.rejects(ReasonCode.NOT_A_BOOLEAN)


_DATES: Mapping[ItemType, Callable[[str], str]] = {
    ItemType.DATE: dates.full_date,
    ItemType.PARTIAL_DATE: dates.partial_date,
    ItemType.PARTIAL_TIME: dates.partial_time,
}
