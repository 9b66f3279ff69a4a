"""When a change is due at the hub, and when a source must be heard of again, by its update duty.

Pure: takes a duty, a day and the calendar; gives a day. Days after a change are calendar days; the day of a month or of
a quarter moves to the next working day (Liyang §7.3; GZ-Rules Art. 17).
"""

from datetime import date, timedelta

from hub.catalog import Duty, DutyKind
from hub.stewardship.working_days import WorkingDays

_MONTHS = {DutyKind.MONTHLY: 1, DutyKind.QUARTERLY: 3}
"""How many months a period has."""


def due_on(duty: Duty, changed: date, calendar: WorkingDays) -> date:
    """The last day on which a change of the day ``changed`` is in time.

    In real time means by the next day, for days are all that is known of most changes.
    """
    if duty.kind in _MONTHS:
        period = _period(duty, changed)
        this = _deadline(duty, period, calendar)
        return this if changed <= this else _deadline(duty, period + 1, calendar)
    return changed + timedelta(days=max(duty.days, 1))


def expected_by(duty: Duty, delivered: date, calendar: WorkingDays) -> date:
    """The day by which a source that delivered on ``delivered`` must deliver again.

    A delivery does for the month or the quarter in which it comes. Where a duty counts from changes, a source that is
    silent for longer than it may keep one back is late; it is not expected on days off.
    """
    if duty.kind in _MONTHS:
        return _deadline(duty, _period(duty, delivered) + 1, calendar)
    return calendar.from_day(delivered + timedelta(days=max(duty.days, 1)))


def _period(duty: Duty, day: date) -> int:
    """The number of the month or quarter that ``day`` lies in."""
    return (day.year * 12 + day.month - 1) // _MONTHS[duty.kind]


def _deadline(duty: Duty, period: int, calendar: WorkingDays) -> date:
    year, month = divmod(period * _MONTHS[duty.kind], 12)
    return calendar.from_day(date(year, month + 1, duty.days))
