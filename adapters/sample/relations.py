"""Who is related to whom, as records in force tell: the edges of the answer key.

Takes the ledger; gives for each entity the keys of those it is related to. A person or organisation that no record is
held of is named all the same, by the number in the record.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from adapters.sample.authorities import RULES, said_at
from adapters.sample.ledger import Account, Ledger, Statement, document_number
from hub.catalog import EntityKind

_OVER = ("30", "40")
_REPRESENTATIVES = ("legalRepresentative", "operator")


class Relations:
    """The relations between the entities of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._children: defaultdict[str, list[str]] = defaultdict(list)
        self._positions: defaultdict[str, list[tuple[str, Account]]] = defaultdict(list)
        self._employees: defaultdict[str, list[str]] = defaultdict(list)
        self._wed: defaultdict[str, list[tuple[Statement, str]]] = defaultdict(list)
        for account in ledger.accounts():
            self._note(account)

    def of(self, account: Account) -> Mapping[str, object]:
        """The relations of one entity, by the names of edges."""
        if account.kind is EntityKind.LEGAL_ENTITY:
            numbers = {number for _, number in _representatives(account)}
            return {"legalRepresentatives": sorted(numbers), "employees": self._of_number(self._employees, account)}
        return {
            "spouse": self._spouse(account),
            "parents": sorted(number for _, number in _parents(account)),
            "children": self._of_number(self._children, account),
            "employers": sorted(set(_employers(account))),
            "positions": sorted(held.key for _, held in self._held(account)),
        }

    def positions(self, account: Account) -> list[dict[str, object]]:
        """The organisations that a person represents or operates, as the hub lists them."""
        return [
            {"role": role, "legalEntity": {"creditCode": held.number("CREDIT_CODE"), "name": _name(held)}}
            for role, held in self._held(account)
        ]

    def _held(self, account: Account) -> list[tuple[str, Account]]:
        return [held for number in _all_numbers(account) for held in self._positions.get(number, ())]

    def _of_number(self, told: Mapping[str, list[str]], account: Account) -> list[str]:
        return sorted({key for number in _all_numbers(account) for key in told.get(number, ())})

    def _spouse(self, account: Account) -> str | None:
        """The spouse that the latest record of either side names, while it lasts."""
        own = [
            (said, number) for said in account.of("marriageRegistrations") for _, number in _referred(said, "spouse")
        ]
        told = [*own, *(word for number in _all_numbers(account) for word in self._wed.get(number, ()))]
        if not told:
            return None
        latest, spouse = max(told, key=lambda word: word[0].said)
        lasts = latest.values.get("maritalStatus") not in _OVER and "divorcedOn" not in latest.values
        return spouse if lasts else None

    def _note(self, account: Account) -> None:
        for statement in account.of("marriageRegistrations"):
            for _, number in _referred(statement, "spouse"):
                self._wed[number].append((statement, account.key))
        for _, number in _parents(account):
            self._children[number].append(account.key)
        for role, number in _representatives(account):
            self._positions[number].append((role, account))
        for code in _employers(account):
            self._employees[code].append(account.key)


def _all_numbers(account: Account) -> Iterator[str]:
    return (number for known in account.numbers.values() for number in known)


def _referred(statement: Statement, item: str) -> Iterator[tuple[str, str]]:
    """The item and the number by which a statement refers to somebody there."""
    if number := document_number(statement.values, item):
        yield item, number[1]


def _parents(account: Account) -> Iterator[tuple[str, str]]:
    for statement in account.of("birthCertificate"):
        yield from _referred(statement, "mother")
        yield from _referred(statement, "father")


def _representatives(account: Account) -> Iterator[tuple[str, str]]:
    for statement in account.records:
        for role in _REPRESENTATIVES:
            yield from _referred(statement, role)


def _employers(account: Account) -> Iterator[str]:
    """The credit codes of employers that an insurance still runs under, or that hold a housing fund account."""
    for statement in (*account.of("socialInsurances"), *account.of("housingFundAccounts")):
        code = statement.values.get("employer.creditCode")
        if code and "stoppedOn" not in statement.values:
            yield code


def _name(account: Account) -> str | None:
    """The name of an organisation: that of its one registration in force."""
    for decider in RULES[EntityKind.LEGAL_ENTITY]["name"].deciders:
        for statement in account.of(decider.record):
            return said_at(statement, decider.place)
    return None
