"""Find what is well written and could never work: keys that name nothing, dates that are none, lists without codes.

Takes the model and one of its files; gives the mistakes of that file, each with the path it is written at.
"""

import unicodedata
from collections.abc import Iterator

from hub.catalog.code_list import CodeList
from hub.catalog.contents import Model, ModelFile
from hub.catalog.cross_check import CrossCheck
from hub.catalog.duty import Duty, DutyKind
from hub.catalog.edge import Edge, Ending
from hub.catalog.item import Item
from hub.catalog.kinds import PARTS, EntityKind, ItemType
from hub.catalog.record_type import RecordType
from hub.identifiers.schemes import SCHEMES, Scheme

Problem = tuple[str, str]
DATES = frozenset({ItemType.DATE, ItemType.PARTIAL_DATE, ItemType.PARTIAL_TIME})
_GOES_BY = {
    "begins_otherwise": "allowed",
    "coded": "codes",
    "days_apart": "codes",
    "denies": "codes",
    "lacks": "codes",
}
"""The particulars without which a rule of cross-checks says nothing, or the same of every value."""
_PART_SCHEMES = {"idNumber": Scheme.ID_NUMBER, "creditCode": Scheme.CREDIT_CODE}


def unsound(model: Model, file: ModelFile) -> Iterator[Problem]:
    """The mistakes of one file that no name shows."""
    if file.register and not file.record:
        yield "register.name", f"{file.register.name} has no record type; add a [[record]] to the file"
    if file.register and file.register.duty:
        yield from _duty(file.register.duty, "register.duty")
    for index, record in enumerate(file.record):
        yield from _record(record, f"record[{index}]")
        for place, item in enumerate(record.item):
            for problem in _item(model, item):
                yield f"record[{index}].item[{place}]", problem
    if file.code_list:
        yield from _code_list(file.code_list)
    yield from _across(model, file)


def _across(model: Model, file: ModelFile) -> Iterator[Problem]:
    """What could never work in what speaks of several registers."""
    for index, edge in enumerate(file.edge):
        for ending in edge.ended_by:
            for problem in _ending(model, edge, ending):
                yield f"edge[{index}].ended_by", problem
    for index, purpose in enumerate(file.purpose):
        if not all(word.strip() for word in purpose.words):
            yield f"purpose[{index}].words", "an empty word is in the code of every grant; write one, or remove it"
    for index, check in enumerate(file.cross_check):
        yield from _cross_check(check, f"cross_check[{index}]")


def names_kind(scheme: Scheme, kind: EntityKind) -> bool:
    """Whether the numbers of ``scheme`` are of entities of ``kind``."""
    return SCHEMES[scheme].names_person == (kind is EntityKind.NATURAL_PERSON)


def _record(record: RecordType, at: str) -> Iterator[Problem]:
    if not record.identified_by:
        yield f"{at}.identified_by", f"{record.name} names no entity; list the items that do, best first"
    for name in record.identified_by:
        if problem := _unidentifying(record, name):
            yield f"{at}.identified_by", problem
    for name in record.effective:
        item = record.items.get(name)
        if item and item.type not in DATES:
            yield f"{at}.effective", f"{name} is of type {item.type}; a state begins on a date, so name an item of one"
        elif "." in name:
            yield f"{at}.effective", f"{name} is a part; name an item that is a date itself"
    if record.duty:
        yield from _duty(record.duty, f"{at}.duty")
    if not all(record.key):
        yield f"{at}.key", "an alternative of the key is empty; name the items that make it, or remove it"


def _duty(duty: Duty, at: str) -> Iterator[Problem]:
    if duty.kind is DutyKind.REAL_TIME and duty.days:
        yield at, "what is due in real time waits no days; leave days out, or write the kind WITHIN_DAYS"
    if duty.kind is not DutyKind.REAL_TIME and not duty.days:
        yield at, f"{duty.kind} needs days: how many after a change, or by which day of the period"


def _unidentifying(record: RecordType, name: str) -> str | None:
    """Why the value ``name`` cannot find the entity of its line."""
    item_name, _, part = name.partition(".")
    item = record.items.get(item_name)
    if item is None:
        return None
    kind = PARTS.get(item.type, {}).get(part) if part else item.type
    scheme = _PART_SCHEMES.get(part) if part else item.scheme
    if kind is not ItemType.IDENTIFIER:
        return f"{name} is no identifier; name an item of type identifier, or the idNumber or creditCode of one"
    if scheme and not SCHEMES[scheme].finds:
        return f"{scheme} is numbered by many issuers alike and finds nobody; name another identifier"
    if scheme and not names_kind(scheme, record.entity):
        return f"{scheme} does not name a {record.entity}; name an identifier of one"
    return None


def _item(model: Model, item: Item) -> Iterator[str]:
    if item.derived and item.required:
        yield f"{item.name} is derived and so comes in no column; it cannot be required"
    if item.derived and item.derived.rule == "constant":
        if item.type not in (ItemType.TEXT, ItemType.CODED):
            yield f"{item.name} is of type {item.type}; only a text or a code can be constant"
        codes = model.code_lists.get(item.codes or "")
        if codes and not codes.open and item.derived.value not in {None, *codes.codes}:
            yield f"{item.name} is always {item.derived.value}, which is no code of {codes.name}; give one that is"


def _code_list(code_list: CodeList) -> Iterator[Problem]:
    if not code_list.codes and not code_list.open:
        yield "code_list.name", f"{code_list.name} is closed and has no codes; add [code_list.codes] or open = true"
    seen: dict[str, str] = {}
    for code, name in code_list.codes.items():
        spelled = unicodedata.normalize("NFKC", code).strip()
        at = f"code_list.codes.{code}"
        if not spelled:
            yield at, "a code is empty; give it or remove the line"
        elif spelled in seen:
            yield at, f"{code} is the code {seen[spelled]} again, spelt differently; keep one of them"
        elif not name.strip():
            yield at, f"the code {code} has no name; give the one of the standard"
        seen.setdefault(spelled, code)
    for alias in code_list.aliases:
        if not alias.strip() or alias in code_list.codes:
            yield (
                f"code_list.aliases.{alias}",
                f"{alias or 'an empty text'} is no alias but a code or nothing; remove it",
            )


def _ending(model: Model, edge: Edge, ending: Ending) -> Iterator[str]:
    """Why a value could never show that a record no longer ties two entities."""
    if ending.item.partition(".")[0] not in {path.partition(".")[0] for path in edge.ways}:
        yield f"{edge.name} does not go by the record of {ending.item}; name an item of one that it goes by"
    kind, name = model.value_at(ending.item) or (None, None)
    codes = model.code_lists.get(name or "")
    if ending.codes and kind and kind is not ItemType.CODED:
        yield f"{ending.item} is of type {kind} and has no codes; leave codes out, or name a coded item"
    for code in ending.codes:
        if codes and not codes.open and code not in codes.codes:
            yield f"{code} is no code of {codes.name}; name one that is"


def _cross_check(check: CrossCheck, at: str) -> Iterator[Problem]:
    if not check.of:
        yield f"{at}.of", f"{check.name} holds nothing against each other; list the values in of"
    needed = _GOES_BY.get(check.rule)
    if needed and not getattr(check, needed):
        yield at, f"the rule {check.rule} goes by {needed}; add them"
