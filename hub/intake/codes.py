"""Check a cell that names a code of a list, by its code, its name or another spelling.

Takes what the source wrote and the list; gives the code, with the spelling where it differs, or raises ``Rejected``.
"""

import unicodedata
from collections.abc import Mapping

from hub.catalog import CodeList, Item
from hub.catalog.unknown import is_unknown, unknown
from hub.intake.rejection import Column, column_of
from hub.intake.scalars import plain_text, says_unknown
from hub.reasons import ReasonCode


def coded_from_parts(codes: CodeList, item: Item, given: Mapping[str, object]) -> object:
    """The code that an item's columns give together: code, name or both, which must agree in a closed list."""
    stated = {part: value for part, value in given.items() if value is not None}
    if not stated:
        return None
    first = "" if "" in stated else "code" if "code" in stated else "name"
    value = coded(codes, stated[first], column_of(item, first or None))
    name = stated.get("name") if first == "code" else None
    if name is None:
        return value
    if is_unknown(value):
        return coded(codes, name, column_of(item, "name"))
    text = plain_text(name, column_of(item, "name"))
    known = codes.codes.get(str(value.get("code")))
    if known is None:
        return value | {"name": text}
    if not codes.open and codes.code_of(text) != value["code"]:
        raise column_of(item, "name").rejects(ReasonCode.CODE_NAME_MISMATCH)
    return value if known == text else value | {"raw": text}


def coded(codes: CodeList, value: object, column: Column) -> dict[str, object]:
    """A code, or its name, of a list; an open list keeps what it does not know as it came."""
    text = plain_text(value, column)
    spelled = unicodedata.normalize("NFKC", text)
    code = codes.code_of(spelled) or codes.code_of(text)
    if code is not None:
        return {"code": code} if text == code else {"code": code, "raw": text}
    if says_unknown(text):
        return unknown(text)
    if not codes.open:
        raise column.rejects(ReasonCode.UNKNOWN_CODE, codes=codes.name)
    return {"code": text} if spelled.isascii() else {"name": text}
