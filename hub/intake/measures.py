"""Measure what a submission is worth while its chunks are written: how much of it is valid, complete and timely.

Takes the lines of a chunk and what came of them; gives counters by record type, which hold no value of anybody and can
be added up. Lines of which nobody can tell what they are about count under the empty record type.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain

import msgspec
from msgspec import Struct

from hub.catalog import RecordType
from hub.catalog.unknown import is_unknown
from hub.clock import shanghai_date
from hub.intake.check import Checked
from hub.intake.chunk import Result
from hub.intake.refusing import Refused
from hub.reasons import ReasonCode
from hub.stewardship.duties import due_on
from hub.stewardship.working_days import WorkingDays
from hub.timeline import Outcome

_NEWS = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.CORRECTED, Outcome.ENDED, Outcome.WITHDRAWN})
"""The outcomes of lines that say something the hub did not know: only such can be late."""


class Measures(Struct, omit_defaults=True):
    """What was measured of the lines of one record type.

    ``refused`` counts by reason, ``filled`` by the name of a column, among the lines ``taken``. Of those that said
    something new under a duty, ``news``, so many were ``timely``. One was stated ``ahead`` of the hub by that many
    seconds.
    """

    taken: int = 0
    refused: dict[str, int] = {}
    filled: dict[str, int] = {}
    news: int = 0
    timely: int = 0
    ahead: int = 0

    @property
    def lines(self) -> int:
        """Those taken in and those refused."""
        return self.taken + sum(self.refused.values())

    @property
    def valid(self) -> float | None:
        """The share of lines that were not refused."""
        return self.taken / self.lines if self.lines else None

    @property
    def timeliness(self) -> float | None:
        """The share of lines with something new that came in time; None where none was under a duty."""
        return self.timely / self.news if self.news else None

    def __add__(self, other: "Measures") -> "Measures":
        return Measures(
            taken=self.taken + other.taken,
            refused=Counter(self.refused) + Counter(other.refused),
            filled=Counter(self.filled) + Counter(other.filled),
            news=self.news + other.news,
            timely=self.timely + other.timely,
            ahead=max(self.ahead, other.ahead),
        )


Measured = dict[str, Measures]
"""What was measured, by record type."""
_decoder = msgspec.json.Decoder(Measured)


def decoded(text: str) -> Measured:
    """What was measured, as a submission keeps it."""
    return _decoder.decode(text)


def encoded(measured: Measured) -> str:
    """``measured`` as a submission keeps it."""
    return msgspec.json.encode(measured).decode()


def together(one: Measured, other: Measured) -> Measured:
    """What two parts of a submission are worth together."""
    nothing = Measures()
    return {name: one.get(name, nothing) + other.get(name, nothing) for name in {**one, **other}}


def completeness(measures: Measures, record: RecordType) -> dict[str, float]:
    """For each item that a source delivers, the share of lines that give it, or its part that most lines give."""
    if not measures.taken:
        return {}
    given: dict[str, int] = {item.name: 0 for item in record.item if not item.derived}
    for name, lines in measures.filled.items():
        item = name.partition(".")[0]
        if item in given:
            given[item] = max(given[item], lines)
    return {name: lines / measures.taken for name, lines in given.items()}


def measure(
    checked: Sequence[Checked],
    refused: Iterable[Refused],
    results: Iterable[Result],
    at: datetime,
    calendar: WorkingDays,
) -> Measured:
    """What the lines of a chunk are worth, which came to the hub at ``at``; of the checked some may be refused, too."""
    names = {line.place: _record_type(line) for line in refused} | {
        line.line.place: line.record.name for line in checked
    }
    outcomes: dict[int, Outcome] = {}
    reasons: dict[str, Counter[str]] = {name: Counter() for name in names.values()}
    for result in results:
        outcomes[result.place] = result.outcome
        if result.reason:
            reasons[names[result.place]][result.reason.code.name] += 1
    taken: dict[str, list[Checked]] = {name: [] for name in reasons}
    for line in checked:
        if outcomes[line.line.place] is not Outcome.QUARANTINED:
            taken[line.record.name].append(line)
    return {
        name: Measures(
            taken=len(lines),
            refused=reasons[name],
            filled=_filled(lines),
            ahead=max((_ahead(line, at) for line in lines), default=0),
            **_timeliness([line for line in lines if outcomes[line.line.place] in _NEWS], at, calendar),
        )
        for name, lines in taken.items()
    }


def _record_type(refused: Refused) -> str:
    """What a refused line is about, as far as the model knows."""
    return "" if refused.reason.code is ReasonCode.UNKNOWN_RECORD_TYPE else refused.record_type


def _filled(lines: Sequence[Checked]) -> dict[str, int]:
    """How many of the lines give each column a value; one of which the source says that it does not know is none."""
    given = Counter(chain.from_iterable(line.line.values for line in lines))
    given.subtract(chain.from_iterable(map(_empty, lines)))
    return +given


def _empty(line: Checked) -> Iterator[str]:
    """The columns that the line names without saying anything of them."""
    values = line.line.values
    if None in values.values() or "" in values.values():
        yield from (name for name, value in values.items() if value is None or value == "")
    for name, value in line.payload.items():
        if is_unknown(value) and values.get(name) not in (None, ""):
            yield name


def _timeliness(news: Sequence[Checked], at: datetime, calendar: WorkingDays) -> dict[str, int]:
    """How many lines are under a duty, and how many of them were in time; what is said in advance is."""
    day = shanghai_date(at)
    due = [due_on(line.record.duty, min(_changed(line), day), calendar) for line in news if line.record.duty]
    return {"news": len(due), "timely": sum(day <= last for last in due)}


def _changed(line: Checked) -> date:
    """When what the line says changed: the day its source noted it, else the day from which it holds."""
    return shanghai_date(line.line.stated_at) if line.line.stated_at else line.valid_from


def _ahead(line: Checked, at: datetime) -> int:
    """By how many seconds the line was stated after it came."""
    stated = line.line.stated_at
    return max(0, int((stated - at).total_seconds())) if stated else 0
