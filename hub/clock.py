"""The only reader of time.

Instants are timezone-aware and in UTC; dates are dates of Asia/Shanghai, which every register means.
Known time is not read here but from the database, after locking (see hub/intake).
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present date in Shanghai."""
    return shanghai_date(now())


def shanghai_date(instant: datetime) -> date:
    """The date that ``instant`` falls on in Shanghai."""
    return instant.astimezone(SHANGHAI).date()


def shanghai_midnight(day: date) -> datetime:
    """The instant at which ``day`` begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
