"""Work out what the hub must answer about the sample city, without the hub's merge.

Takes the ledger of what was said; gives the answer to the questions of ``adapters.sample.answers`` for each entity.
The rules are written here a second time on purpose, as plainly as they can be said.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from adapters.sample.answers import ENTITY_FIELDS, PERSON_FIELDS, pick, selection
from adapters.sample.ledger import Account, Ledger, Statement
from adapters.sample.story import Values
from hub.catalog import EntityKind, Item, ItemType, Model

Answer = dict[str, object]
_REPRESENTATIVES = ("legalRepresentative", "operator")
_NAMED_BY = ("household", "socialInsurances", "marriageRegistrations")
"""Who may name a person, in order; the others only where there is no household record."""


class AnswerKey:
    """Answers questions about the entities of a ledger."""

    def __init__(self, ledger: Ledger, model: Model) -> None:
        self._ledger = ledger
        self._model = model
        self._positions = self._held_positions()

    def answers(self) -> Iterator[tuple[EntityKind, str, object]]:
        """Kind, key and answer of every entity that the hub has a view of."""
        person_fields, entity_fields = selection(PERSON_FIELDS), selection(ENTITY_FIELDS)
        for account in self._ledger.accounts():
            if account.kind is EntityKind.NATURAL_PERSON:
                yield account.kind, account.key, pick(person_fields, self._person(account))
            else:
                yield account.kind, account.key, pick(entity_fields, self._entity(account))

    def _person(self, account: Account) -> Answer:
        namer, household = _namer(account), _latest(account.of("household"))
        marriage, work = _latest(account.of("marriageRegistrations")), _latest(account.of("employment"))
        registered = household.values if household else {}
        return {
            "idNumber": account.key,
            "name": _name_in(namer) if namer else None,
            "sex": self._code("GB/T 2261.1", registered.get("sex")),
            "ethnicity": self._code("GB/T 3304", registered.get("ethnicity")),
            "birthDate": _birth_date(account.key) if namer else None,
            "lifeStatus": self._code("life_status", _life_status(registered)),
            "maritalStatus": self._code("GB/T 2261.2", marriage.values.get("maritalStatus") if marriage else None),
            "employmentStatus": self._code("GB/T 2261.4", work.values.get("employmentStatus") if work else None),
            "socialSecurityNumber": account.numbers.get("socialSecurityNumber"),
            "provenance": {
                "name": _name_provenance(namer, account),
                "sex": _provenance(household),
                "maritalStatus": _provenance(marriage, absence="NOT_COVERED"),
            },
            "positions": self._positions.get(account.key, []),
            **self._records(account),
        }

    def _entity(self, account: Account) -> Answer:
        """The answer about an organisation: its one registration names it and says what it is."""
        registration = account.registration
        kind = registration.record.items["kind"].derived
        return {
            "creditCode": account.numbers.get("creditCode"),
            "name": registration.values["name"],
            "kind": self._code("legal_entity_kind", kind.value if kind else None),
            "provenance": {"name": _provenance(registration)},
            **self._records(account),
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
        columns = _columns(item, values)
        if not columns:
            return None
        match item.type:
            case ItemType.CODED:
                return self._code(item.codes or "", columns.get("") or columns.get("code"), columns.get("name"))
            case ItemType.ORGANIZATION:
                return self._organization(columns)
            case ItemType.PERSON:
                return {**columns, "person": self._named_person(columns["idNumber"])}
            case ItemType.SUBJECT:
                return {**columns, "idType": self._code(item.parts["idType"].codes or "", columns["idType"])}
            case _:
                return columns[""]

    def _code(self, codes: str, text: str | None, name: str | None = None) -> Answer | None:
        """A code and the name its list gives it; an open list keeps what it does not know as code or as name."""
        if text is None:
            return None
        known = self._model.code_lists[codes]
        code, name = (text, known.codes.get(text, name)) if text.isascii() else (None, text)
        return {"code": code, "name": name, "system": codes, "systemVersion": known.version}

    def _organization(self, columns: Values) -> Answer:
        """An organisation as a record names it, and the legal entity it is, if that is known."""
        code = columns.get("creditCode")
        account = self._ledger.account(code) if code else None
        return {
            "name": columns.get("") or columns.get("name"),
            "creditCode": code,
            "code": columns.get("code"),
            "legalEntity": {"name": account.registration.values["name"]} if account else None,
        }

    def _named_person(self, id_number: str) -> Answer | None:
        """A person with a view; somebody who is only referred to has none."""
        account = self._ledger.account(id_number)
        if account is None:
            return None
        namer = _namer(account)
        return {"name": _name_in(namer) if namer else None}

    def _held_positions(self) -> Mapping[str, list[Answer]]:
        """The organisations that each person represents or operates, by ID number."""
        held: defaultdict[str, list[Answer]] = defaultdict(list)
        for account in self._ledger.accounts():
            for role in _REPRESENTATIVES if account.kind is EntityKind.LEGAL_ENTITY else ():
                said = account.registration.values
                if id_number := said.get(f"{role}.idNumber"):
                    entity = {"creditCode": account.numbers.get("creditCode"), "name": said["name"]}
                    held[id_number].append({"role": role, "legalEntity": entity})
        return held


def _columns(item: Item, values: Values) -> Values:
    """What a line says of an item, by part; an item of one column has the part without a name."""
    return {name.partition(".")[2]: values[name] for name in item.value_names if name in values}


def _latest(statements: Iterable[Statement]) -> Statement | None:
    return max(statements, key=lambda statement: statement.said, default=None)


def _namer(account: Account) -> Statement | None:
    """The record that decides the name of a person."""
    return next((latest for record in _NAMED_BY if (latest := _latest(account.of(record)))), None)


def _name_in(statement: Statement) -> str:
    return statement.values.get("name") or statement.values["recordedSubject.name"]


def _birth_date(id_number: str) -> str:
    return f"{id_number[6:10]}-{id_number[10:12]}-{id_number[12:14]}"


def _life_status(household: Values) -> str | None:
    """Registered means alive; who moved out may be either."""
    if household.get("status") == "NORMAL":
        return "ALIVE"
    return "DECEASED" if household.get("cancelReason") == "DEATH" else None


def _source(statement: Statement) -> Answer:
    record = statement.record
    return {"register": record.register, "recordType": record.name, "validFrom": statement.valid_from}


def _provenance(decider: Statement | None, absence: str = "NOT_REPORTED") -> Answer:
    """The provenance of an item of which one register alone speaks."""
    return {
        "source": _source(decider) if decider else None,
        "standing": "AUTHORITATIVE" if decider else None,
        "absence": None if decider else absence,
        "alternatives": [],
    }


def _name_provenance(namer: Statement | None, account: Account) -> Answer:
    """The provenance of a person's name: every record of another register agrees with it or not."""
    if namer is None:
        return _provenance(None)
    others = [said for said in account.records if said.record.register != namer.record.register]
    return _provenance(namer) | {
        "standing": "AUTHORITATIVE" if namer.record.name == "household" else "FALLBACK",
        "alternatives": [{"agrees": _name_in(said) == _name_in(namer), "source": _source(said)} for said in others],
    }
