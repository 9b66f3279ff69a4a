"""How the hand-written service shows a person: one function for each shape that the questions ask for.

Pure: takes a decoded view and the code lists; gives what is encoded. Keys stand in the order in which they are asked.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from hub.catalog import MergedItem
from hub.catalog.unknown import is_unknown

HIDDEN = "adoptionRegistrations"
Json: TypeAlias = dict[str, Any]
Codes: TypeAlias = Mapping[str, Mapping[str, str]]


class Source(Struct):
    """What the questions show of a source."""

    register: str
    record_type: str
    valid_from: str


class Choice(Struct):
    """A merged item with its reason."""

    value: Any
    source: int
    authority: int
    agreeing: tuple[int, ...] = ()
    differing: tuple[int, ...] = ()


class Merged(Struct):
    """The merged part of a view."""

    items: dict[str, Choice]
    sources: tuple[Source, ...]


class Record(Struct):
    """A record of a view."""

    source: Source
    values: Json


class Person(Struct):
    """A view with its opened numbers."""

    merged: Merged
    records: dict[str, tuple[Record, ...]]
    numbers: dict[str, str]


class Shapes:
    """The two shapes of a person, under one model's code lists and rules."""

    def __init__(self, codes: Codes, decided: list[MergedItem]) -> None:
        self._codes = codes
        self._decided = decided

    def short(self, person: Person) -> Json:
        """The twelve items of Q1 and Q3."""
        household = next(iter(person.records.get("household", ())), None)
        return self._items(person) | {"household": self._household(household) if household else None}

    def long(self, person: Person) -> Json:
        """The twenty-five items of Q2."""
        household = next(iter(person.records.get("household", ())), None)
        return self._items(person) | {
            "provenance": {item.name: _reason(item, person.merged) for item in self._decided},
            "household": self._whole_household(household) if household else None,
            "marriageRegistrations": [
                self._marriage(record) for record in person.records.get("marriageRegistrations", ())
            ],
            "socialInsurances": [self._insurance(record) for record in person.records.get("socialInsurances", ())],
            "professionalTitles": [self._title(record) for record in person.records.get("professionalTitles", ())],
        }

    def _items(self, person: Person) -> Json:
        values = _known({name: choice.value for name, choice in person.merged.items.items()})
        return {
            "idNumber": person.numbers.get("ID_NUMBER"),
            "name": values.get("name"),
            "sex": self._coded(values.get("sex"), "GB/T 2261.1"),
            "ethnicity": self._coded(values.get("ethnicity"), "GB/T 3304"),
            "birthDate": values.get("birthDate"),
            "lifeStatus": self._coded(values.get("lifeStatus"), "life_status"),
            "maritalStatus": self._coded(values.get("maritalStatus"), "GB/T 2261.2"),
            "employmentStatus": self._coded(values.get("employmentStatus"), "GB/T 2261.4"),
            "socialSecurityNumber": person.numbers.get("SOCIAL_SECURITY_NUMBER"),
        }

    def _household(self, record: Record) -> Json:
        values = _known(record.values)
        return {
            "townOrSubdistrict": self._coded(values.get("townOrSubdistrict"), "GB/T 2260"),
            "policeStation": self._coded(values.get("policeStation"), "GA/T 380"),
            "status": self._coded(values.get("status"), "household_status"),
        }

    def _whole_household(self, record: Record) -> Json:
        return self._household(record) | {
            "cancelledOn": _known(record.values).get("cancelledOn"),
            "source": _source(record.source),
        }

    def _marriage(self, record: Record) -> Json:
        values = _known(record.values)
        authority = values.get("issuingAuthority")
        return {
            "marriedOn": values.get("marriedOn"),
            "divorcedOn": values.get("divorcedOn"),
            "issuingAuthority": {"name": authority.get("name")} if authority else None,
            "issuingAuthorityDivision": self._coded(values.get("issuingAuthorityDivision"), "GB/T 2260"),
            "source": _source(record.source),
        }

    def _insurance(self, record: Record) -> Json:
        values = _known(record.values)
        return {
            "insuranceType": self._coded(values.get("insuranceType"), "LD/T 92 insurance type"),
            "enrolmentStatus": self._coded(values.get("enrolmentStatus"), "LD/T 92 enrolment status"),
            "enrolledOn": values.get("enrolledOn"),
            "stoppedOn": values.get("stoppedOn"),
            "employerName": values.get("employerName"),
            "registeredOn": values.get("registeredOn"),
            "source": _source(record.source),
        }

    def _title(self, record: Record) -> Json:
        values = _known(record.values)
        return {
            "qualification": self._coded(values.get("qualification"), "GB/T 8561"),
            "obtainedOn": values.get("obtainedOn"),
            "source": _source(record.source),
        }

    def _coded(self, value: Json | None, codes: str) -> Json | None:
        if value is None:
            return None
        code, name = value.get("code"), value.get("name")
        return {"code": code, "name": self._codes[codes].get(code, name) if code else name}


def _known(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values without those of which the source says that it does not know them."""
    return {name: value for name, value in values.items() if not is_unknown(value)}


def _absence(value: object) -> str | None:
    if is_unknown(value):
        return "UNKNOWN_AT_SOURCE"
    return "NONE" if value is None else None


def _source(source: Source) -> Json:
    return {"register": source.register, "validFrom": source.valid_from}


def _reason(item: MergedItem, merged: Merged) -> Json:
    choice = merged.items.get(item.name)
    if choice is None:
        return {"standing": None, "basis": None, "absence": item.silence, "source": None, "alternatives": []}
    rule = item.authority[choice.authority]
    spoken = [(True, place) for place in choice.agreeing] + [(False, place) for place in choice.differing]
    others = [(agrees, merged.sources[place]) for agrees, place in spoken]
    return {
        "standing": rule.standing,
        "basis": rule.basis,
        "absence": _absence(choice.value),
        "source": _source(merged.sources[choice.source]),
        "alternatives": [
            {"agrees": agrees, "source": {"register": source.register}}
            for agrees, source in others
            if source.record_type != HIDDEN
        ],
    }
