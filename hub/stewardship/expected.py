"""Tell which sources are late, as of a day, by their update duties and when each was heard of last.

Pure: takes the model, what was heard and the calendar; gives what is expected of each source.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.catalog import Duty, Model, RecordType
from hub.clock import shanghai_date
from hub.stewardship.duties import expected_by
from hub.stewardship.working_days import WorkingDays
from hub.store.quality import Heard


@dataclass(frozen=True, slots=True)
class Expected:
    """A source of records of one type: when it was heard of last, and by when it must be again.

    Of one that has never delivered nobody knows since when it is bound to: it is not late. ``is_announced`` is false
    where the holidays of that year are not known yet.
    """

    register: str
    source_unit: str
    record_type: str
    duty: Duty | None
    delivered_at: datetime | None
    due: date | None = None
    is_late: bool = False
    is_announced: bool = True


def expectations(model: Model, heard: Sequence[Heard], calendar: WorkingDays, today: date) -> Iterator[Expected]:
    """What is expected of each source on a day: of those heard of, and of the record types that nobody delivers."""
    for one in heard:
        if record := model.records.get(one.record_type):
            yield _expected(record, one, calendar, today)
    known = {one.record_type for one in heard}
    for record in model.records.values():
        if record.name not in known:
            yield Expected(record.register, "", record.name, record.duty, None)


def _expected(record: RecordType, heard: Heard, calendar: WorkingDays, today: date) -> Expected:
    names = (heard.register, heard.source_unit, heard.record_type, record.duty, heard.delivered_at)
    if record.duty is None:
        return Expected(*names)
    due = expected_by(record.duty, shanghai_date(heard.delivered_at), calendar)
    return Expected(*names, due, today > due, calendar.is_announced(due))
