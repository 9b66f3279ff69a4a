"""Work out what the hub must answer about the sample city, without the hub's merge.

Takes the ledger of what was said; gives the answer to the questions of ``adapters.sample.questions`` for each entity.
The rules are written here a second time on purpose, as plainly as they can be said.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from adapters.sample.authorities import RULES, Rule, deciders, said_at
from adapters.sample.ledger import UNKNOWN, Account, Ledger, Number, Statement, document_number
from adapters.sample.questions import pick, selection
from adapters.sample.relations import Relations
from adapters.sample.story import Values
from hub.catalog import EntityKind, Item, ItemType, Model

Answer = dict[str, object]
_CREDIT_CODE_LENGTH = 18
_PRIMARY = {EntityKind.NATURAL_PERSON: "ID_NUMBER", EntityKind.LEGAL_ENTITY: "CREDIT_CODE"}


class Expected(NamedTuple):
    """What the hub must say of one entity: all numbers that lead to it, what is asked of it, and whom it relates to."""

    kind: EntityKind
    scheme: str
    key: str
    identifiers: list[tuple[str, str]]
    answer: object
    edges: Mapping[str, object]


class AnswerKey:
    """Answers questions about the entities of a ledger."""

    def __init__(self, ledger: Ledger, model: Model) -> None:
        self._ledger = ledger
        self._model = model
        self._relations = Relations(ledger)
        self._asked = {kind: selection(model, kind) for kind in EntityKind}
        self._by_name: defaultdict[object, list[Account]] = defaultdict(list)
        for account in ledger.accounts():
            if account.kind is EntityKind.LEGAL_ENTITY:
                self._by_name[self._name(account)].append(account)

    def answers(self) -> Iterator[Expected]:
        """What is expected of every entity that the hub has a view of."""
        for account in self._ledger.accounts():
            identifiers = [(scheme, number) for scheme, known in account.numbers.items() for number in known]
            primary = _PRIMARY[account.kind]
            number = account.number(primary)
            scheme, key = (primary, number) if number else identifiers[0]
            answer = pick(self._asked[account.kind], self._answer(account))
            yield Expected(account.kind, scheme, key, identifiers, answer, self._relations.of(account))

    def _answer(self, account: Account) -> Answer:
        ruled = {name: self._ruled(account, rule) for name, rule in RULES[account.kind].items()}
        return {
            **self._numbers(account),
            **{name: value for name, (value, _) in ruled.items()},
            "provenance": {name: provenance for name, (_, provenance) in ruled.items()},
            "positions": self._relations.positions(account),
            **self._records(account),
        }

    def _numbers(self, account: Account) -> Answer:
        """The numbers that an entity itself shows."""
        items = self._model.merged[account.kind].values()
        return {item.name: account.number(item.scheme) for item in items if item.scheme}

    def _ruled(self, account: Account, rule: Rule) -> tuple[object, Answer]:
        """The value of a merged item, and where it comes from."""
        allowed = deciders(rule, has_household=bool(account.of("household")))
        heard = [(who, said) for who in allowed if (said := next(_voices(account, who.record, who.place), None))]
        if not heard:
            return None, {"source": None, "standing": None, "absence": rule.silence, "alternatives": []}
        who, (value, statement) = next((found for found in heard if found[1][0] not in UNKNOWN), heard[0])
        unknown = value in UNKNOWN
        shown = None if unknown else self._code(rule.codes, value) if rule.codes else value
        return shown, {
            "source": _source(statement),
            "standing": who.standing,
            "absence": "UNKNOWN_AT_SOURCE" if unknown else None,
            "alternatives": list(_alternatives(account, rule, value, statement)),
        }

    def _records(self, account: Account) -> Answer:
        """The records in force under the names of their types: one of them, or a list."""
        shown: Answer = {}
        for record in self._model.records_of(account.kind):
            found = [self._record(statement) for statement in account.of(record.name)]
            shown[record.name] = found if record.cardinality == "many" else next(iter(found), None)
        return shown

    def _record(self, statement: Statement) -> Answer:
        items = {item.name: self._item(item, statement.values) for item in statement.record.shown}
        return items | {"source": _source(statement)}

    def _item(self, item: Item, values: Values) -> object:
        """What an item of a record shows, be it one column or several."""
        if item.derived:
            return self._derived(item, values)
        columns = _columns(item, values)
        return None if not columns or columns.get("") in UNKNOWN else self._said(item, columns)

    def _said(self, item: Item, columns: Values) -> object:
        """What an item shows that something is said of, by the parts that are given."""
        match item.type:
            case ItemType.CODED:
                return self._code(item.codes or "", columns.get("") or columns.get("code"), columns.get("name"))
            case ItemType.ORGANIZATION:
                return self._organization(columns)
            case ItemType.PERSON:
                return {**columns, "idNumber": _number(columns), "person": self._person(columns)}
            case ItemType.SUBJECT:
                said = {**columns, "idNumber": _number(columns)}
                return {part: self._part(item, part, said.get(part)) for part in item.parts}
            case ItemType.OBJECT:
                return self._entry(item, columns)
            case ItemType.LIST:
                return [self._entry(item, entry) for entry in _entries(columns)]
            case ItemType.INTEGER:
                return int(columns[""])
            case ItemType.PARTIAL_TIME:
                return columns[""].replace(" ", "T")
            case _:
                return columns[""]

    def _derived(self, item: Item, values: Values) -> object:
        """Category and level of disability, the two digits after the ID number in the certificate's number."""
        number = values["certificateNumber"]
        return self._code(item.codes or "", number[18] if item.name == "category" else number[19])

    def _entry(self, item: Item, columns: Values) -> Answer:
        return {member.name: self._item(member, _alone(member, columns)) for member in item.members}

    def _part(self, item: Item, part: str, value: str | None) -> object:
        codes = item.parts[part].codes
        return self._code(codes, value) if codes else value

    def _code(self, codes: str, text: str | None, name: str | None = None) -> Answer | None:
        """A code and the name its list gives it; an open list keeps what it does not know as code or as name."""
        if text is None:
            return None
        known = self._model.code_lists[codes]
        code, name = (text, known.codes.get(text, name)) if text.isascii() else (None, text)
        return {"code": code, "name": name}

    def _organization(self, columns: Values) -> Answer:
        """An organisation as a record names it, and the legal entity of its code, or the only one of its name."""
        name = columns.get("") or columns.get("name")
        code = columns.get("creditCode")
        if name and name.isascii() and len(name) == _CREDIT_CODE_LENGTH:
            name, code = None, name
        account = self._ledger.find("CREDIT_CODE", code) if code else self._only_bearer(name)
        return {"name": name, "creditCode": code, "legalEntity": {"name": self._name(account)} if account else None}

    def _only_bearer(self, name: str | None) -> Account | None:
        bearers = self._by_name.get(name, []) if name else []
        return bearers[0] if len(bearers) == 1 else None

    def _person(self, columns: Values) -> Answer | None:
        """A person with a view; somebody who is only referred to has none."""
        number = _document(columns)
        account = self._ledger.find(*number) if number else None
        return {"idNumber": account.number("ID_NUMBER"), "name": self._name(account)} if account else None

    def _name(self, account: Account) -> object:
        return self._ruled(account, RULES[account.kind]["name"])[0]


def _columns(item: Item, values: Values) -> Values:
    """What a line says of an item, by part; an item of one column has the part without a name."""
    return {name.partition(".")[2]: values[name] for name in item.value_names if name in values}


def _document(columns: Values) -> Number | None:
    """The number of the document that somebody is named by, with its scheme."""
    return document_number({f"named.{part}": value for part, value in columns.items()}, "named")


def _number(columns: Values) -> str | None:
    """The number of a document as the hub shows it: that of a passport with its country."""
    document = _document(columns)
    return document[1] if document else None


def _alone(member: Item, columns: Values) -> Values:
    return {member.name: columns[member.name]} if member.name in columns else {}


def _entries(columns: Values) -> Iterator[Values]:
    """The entries of a list: those of a list in JSON, and one in columns of its own."""
    yield from json.loads(columns.get("", "[]"))
    if apart := {name: value for name, value in columns.items() if name}:
        yield apart


def _voices(account: Account, record: str, place: str) -> Iterator[tuple[str, Statement]]:
    """What the records of one type say at one place, the latest first."""
    for statement in account.of(record):
        if (said := said_at(statement, place)) is not None:
            yield said, statement


def _alternatives(account: Account, rule: Rule, decided: str, by: Statement) -> Iterator[Answer]:
    """What other registers say: each agrees or differs, and one that says both is heard twice."""
    places = [*((who.record, who.place) for who in rule.deciders), *rule.compared]
    told: set[tuple[bool, int]] = set()
    for value, statement in (voice for place in places for voice in _voices(account, *place)):
        opinion = (value == decided, id(statement))
        if statement.record.register != by.record.register and value not in UNKNOWN and opinion not in told:
            told.add(opinion)
            yield {"agrees": opinion[0], "source": _source(statement)}


def _source(statement: Statement) -> Answer:
    record = statement.record
    return {"register": record.register, "recordType": record.name, "validFrom": statement.valid_from}
