"""Which days are working days (工作日): by the announcements of the State Council, make-up days included.

Pure: takes days; gives days. Of a year that is not announced yet only weekends are known to be free, and whoever asks
can tell by ``is_announced``. A deployment may give announcements that the calendar of this release does not hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]
import msgspec
from msgspec import Struct

from hub.errors import InvalidSetting

SATURDAY = 5


class Announcement(Struct, frozen=True, forbid_unknown_fields=True):
    """What is announced for a year: the weekdays that are ``off``, and the days of weekends that are worked ``on``."""

    off: tuple[date, ...]
    on: tuple[date, ...] = ()


@cache
def shipped() -> Mapping[int, Announcement]:
    """The announcements that the calendar of this release holds."""
    years = {day.year for day in chinese_calendar.holidays}
    return {
        year: Announcement(
            off=tuple(day for day in chinese_calendar.holidays if day.year == year),
            on=tuple(day for day in chinese_calendar.workdays if day.year == year),
        )
        for year in years
    }


@dataclass(frozen=True)
class WorkingDays:
    """The calendar, by the announcement of each year."""

    announced: Mapping[int, Announcement] = field(default_factory=shipped)

    def is_announced(self, day: date) -> bool:
        """Whether the holidays of the year of ``day`` are known."""
        return day.year in self.announced

    def includes(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        year = self.announced.get(day.year)
        if year and (day in year.off or day in year.on):
            return day in year.on
        return day.weekday() < SATURDAY

    def from_day(self, day: date) -> date:
        """The first working day from ``day`` on."""
        while not self.includes(day):
            day += timedelta(days=1)
        return day

    def after(self, day: date, days: int) -> date:
        """The last day of a time of so many working days that begins on the day after ``day``."""
        for _ in range(days):
            day = self.from_day(day + timedelta(days=1))
        return day


def read_working_days(path: Path | None) -> WorkingDays:
    """The calendar, with the years of the file at ``path`` added or put in place of those of this release."""
    if path is None:
        return WorkingDays()
    try:
        told = msgspec.toml.decode(path.read_bytes(), type=dict[str, Announcement])
        years = {int(year): one for year, one in told.items()}
    except OSError as error:
        raise InvalidSetting(name="HUB_HOLIDAYS_FILE", problem=f"it cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise InvalidSetting(name="HUB_HOLIDAYS_FILE", problem=str(error)) from None
    for year, one in years.items():
        if stray := next((day for day in (*one.off, *one.on) if day.year != year), None):
            raise InvalidSetting(name="HUB_HOLIDAYS_FILE", problem=f"{stray} is no day of {year}")
    return WorkingDays({**shipped(), **years})
