"""Random histories of a few persons and legal entities, as departments say them, delivery by delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import NamedTuple, Protocol, TypeVar

from hypothesis import strategies as st

from tests.people import credit_code, id_number

FIRST_DAY = date(2024, 1, 1)
DAYS = [FIRST_DAY + timedelta(days=n) for n in range(5)]
STATED = datetime(2024, 1, 1, tzinfo=UTC)
NUMBERS = {
    "P1": id_number(1),
    "P2": id_number(2),
    "S1": "S1",
    "N1": "440106000012345",
    "C1": credit_code(1),
    "C2": credit_code(2),
}
"""The keys by which entities are known; S1 may turn out to be P1's and N1 to be C1's."""
Record = tuple[str, str, str]
"""The list a record stands in, the unit that keeps it, and its key there."""


@dataclass(frozen=True)
class Said:
    """One line: whom it names, which record it is about, and what it says of it from a day on."""

    keys: tuple[str, ...]
    record: Record
    operation: str
    values: tuple[tuple[str, str | None], ...]
    valid_from: date
    stated_at: datetime

    def __repr__(self) -> str:
        says = " ".join(f"{item}={value}" for item, value in self.values)
        whom = f"{'+'.join(self.keys)} {' '.join(self.record)}"
        return f"<{whom}: {self.operation} {says} from {self.valid_from:%d}, said {self.stated_at.microsecond}>"

    @property
    def content(self) -> tuple[object, ...]:
        """All it says; nothing but that it ends, or takes back, where it does that."""
        return (self.operation, self.keys, self.values) if self.operation == "STATE" else (self.operation,)


@dataclass(frozen=True)
class Delivery:
    """Lines about one list by one unit, and how long after the delivery before it they are heard."""

    lines: tuple[Said, ...]
    after: timedelta

    def __repr__(self) -> str:
        return f"(+{self.after}: {', '.join(map(repr, self.lines))})"

    @property
    def key(self) -> str:
        """What the delivery is called."""
        return blake2b(repr(self).encode(), digest_size=8).hexdigest()

    @property
    def target(self) -> tuple[str, str]:
        """The list and the unit."""
        return self.lines[0].record[:2]


@dataclass(frozen=True)
class Order:
    """What is ordered of whom ``key`` names: to link it into, or have ``key`` reassigned to, whom ``other`` names.

    Or to part it, or to split ``record`` off it, with the number ``other`` if there is one.
    """

    what: str
    key: str
    other: str
    record: Record
    after: timedelta

    def __repr__(self) -> str:
        return f"(+{self.after}: {self.what} {self.key} {self.other} {' '.join(self.record)})"


@dataclass(frozen=True)
class Happened:
    """A delivery or an order, and the instant since which what it brought is known."""

    what: Delivery | Order
    known_at: datetime


class Word(NamedTuple):
    """What was said, of whom, and by which delivery."""

    of: int
    said: Said
    delivery: str


def line(said: Said) -> dict[str, object]:
    """A line as an office delivers it."""
    record_type, _, key = said.record
    return {
        **{_NAMED[record_type][named[0]]: NUMBERS[named] for named in said.keys},
        **_FIXED.get(record_type, {}),
        **({"marriedOn": key} if key else {}),
        **{_COLUMNS.get((record_type, item), item): value for item, value in said.values},
        "_operation": said.operation,
        "_valid_from": said.valid_from,
        "_stated_at": said.stated_at,
    }


_NAMED = {
    "household": {"P": "idNumber"},
    "socialInsurances": {"S": "socialSecurityNumber", "P": "recordedSubject.idNumber"},
    "marriageRegistrations": {"P": "recordedSubject.idNumber"},
    "businessRegistration": {"N": "registrationNumber", "C": "creditCode"},
    "socialGroupRegistration": {"C": "creditCode"},
}
_FIXED: Mapping[str, Mapping[str, object]] = {
    "socialInsurances": {"insuranceType": "310", "enrolledOn": "2022-01-01"},
    "marriageRegistrations": {"issuingAuthority": "天河区民政局"},
}
_COLUMNS = {(name, "name"): "recordedSubject.name" for name in ("socialInsurances", "marriageRegistrations")}
_SAYS: Mapping[str, Mapping[str, Sequence[str | None]]] = {
    "household": {"name": ["甲", "甲", "乙", None], "sex": ["1", "2", "不详", None]},
    "socialInsurances": {"name": ["甲", "甲", "乙"]},
    "marriageRegistrations": {"name": ["甲", "甲", "乙"], "maritalStatus": ["10", "20", "不详", None]},
    "businessRegistration": {"name": ["甲", "甲", "乙", None]},
    "socialGroupRegistration": {"name": ["甲", "甲", "乙"]},
}
_SUBJECTS: Sequence[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    ("household", ("P1",), ("",)),
    ("household", ("P2",), ("",)),
    ("socialInsurances", ("S1",), ("",)),
    ("socialInsurances", ("S1", "P1"), ("",)),
    ("marriageRegistrations", ("P1",), ("2020-05-20", "2021-06-01")),
    ("businessRegistration", ("N1",), ("",)),
    ("businessRegistration", ("C1",), ("",)),
    ("businessRegistration", ("N1", "C1"), ("",)),
    ("socialGroupRegistration", ("C1",), ("",)),
    ("businessRegistration", ("C2",), ("",)),
]
_PERSONS, _LEGAL = ("P1", "P2", "S1"), ("C1", "C2", "N1")
_STEPS = [timedelta(seconds=1)] * 3 + [timedelta(0), timedelta(microseconds=1), timedelta(days=1)]


T = TypeVar("T")


class Choose(Protocol):
    """Picks one of several."""

    def __call__(self, options: Sequence[T], /) -> T: ...


@st.composite
def histories(draw: st.DrawFn, most: int = 60) -> list[Delivery | Order]:
    """Orders, and deliveries of lines as they are heard, which is not the order in which they were said."""

    def choose(options: Sequence[T]) -> T:
        return draw(st.sampled_from(options))

    events = draw(st.integers(1, most))
    ordered = draw(st.integers(0, events // 3))
    said = [something_said(n, choose) for n in range(events - ordered)]
    said += draw(st.lists(st.sampled_from(said), max_size=2))
    deliveries: list[Delivery] = []
    for one in draw(st.permutations(said)):
        last = deliveries[-1] if deliveries else None
        if last and last.target == one.record[:2] and one not in last.lines and draw(st.booleans()):
            deliveries[-1] = Delivery((*last.lines, one), last.after)
        else:
            deliveries.append(Delivery((one,), choose(_STEPS)))
    history: list[Delivery | Order] = [*deliveries]
    for _ in range(ordered):
        history.insert(draw(st.integers(len(history) // 3, len(history))), something_ordered(choose))
    return history


def something_ordered(choose: Choose) -> Order:
    """Any order, about persons or about legal entities."""
    record_type, named, record_keys = choose(_SUBJECTS)
    key = choose(named)
    other = choose([one for one in next(keys for keys in (_PERSONS, _LEGAL) if key in keys) if one != key])
    what = choose(["link", "link", "part", "reassign", "split", "split"])
    record = (record_type, choose(["east", "east", "west"]), choose(record_keys)) if what == "split" else ("", "", "")
    taken = choose([*named, ""]) if what == "split" else "" if what == "part" else other
    return Order(what, key, taken, record, choose(_STEPS))


def one_by_one(lines: int, seed: int) -> list[Delivery]:
    """A history in which every line is delivered alone; the same seed gives the same."""
    random = Random(seed)  # noqa: S311 - to be drawn again
    return [Delivery((something_said(n, random.choice),), timedelta(seconds=1)) for n in range(lines)]


def something_said(place: int, choose: Choose) -> Said:
    """Any line; ``place`` tells when it was said."""
    record_type, keys, record_keys = choose(_SUBJECTS)
    speaks = {item: options for item, options in _SAYS[record_type].items() if choose([True, True, True, False])}
    return Said(
        keys=keys,
        record=(record_type, choose(["east", "east", "west"]), choose(record_keys)),
        operation=choose(["STATE", "STATE", "STATE", "END", "WITHDRAW"]),
        values=tuple((item, choose(options)) for item, options in speaks.items()),
        valid_from=choose(DAYS),
        stated_at=STATED + timedelta(microseconds=place),
    )
