"""The rules by which values that registers give contradict each other.

Pure: takes a cross-check and the values at its places, None where nothing is known; gives whether they contradict.
A record as a whole is the day since when it holds. Never blocks a record: what contradicts is found, not refused.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from hub.catalog.cross_check import CrossCheck
from hub.catalog.partial_date import first_day, last_day
from hub.catalog.sameness import same_value
from hub.identifiers.organization import is_organization_code


def differ(check: CrossCheck, one: object, other: object) -> bool:
    """Both are known and not the same; where ``codes`` are given, only they are held against each other."""
    if check.codes and not {_code(one), _code(other)} <= {*check.codes}:
        return False
    return one is not None and other is not None and not same_value(one, other)


def same(_check: CrossCheck, one: object, other: object) -> bool:
    """Both are known and the same."""
    return one is not None and same_value(one, other)


def days_differ(check: CrossCheck, one: object, other: object) -> bool:
    """Both dates are known, and more than ``days`` lie between them; a reduced one may be any day that it covers."""
    return dated_after(check, one, other) or dated_after(check, other, one)


def days_apart(check: CrossCheck, one: object, other: object, condition: object) -> bool:
    """More than ``days`` lie between both dates, where the condition has one of ``codes``."""
    return _code(condition) in check.codes and days_differ(check, one, other)


def dated_after(check: CrossCheck, dated: object, limit: object) -> bool:
    """The first date is later than the second by more than ``days``."""
    days, limits = _days(dated), _days(limit)
    return days is not None and limits is not None and days[0] > limits[1] + timedelta(days=check.days)


def lacks(check: CrossCheck, value: object, needed: object) -> bool:
    """The value has one of ``codes``, and what it needs is not there."""
    return _code(value) in check.codes and needed is None


def denies(check: CrossCheck, value: object, fact: object) -> bool:
    """The fact is there, and the value has none of ``codes``."""
    return fact is not None and _code(value) not in check.codes


def coded(check: CrossCheck, value: object) -> bool:
    """The value has one of ``codes``."""
    return _code(value) in check.codes


def refuted(_check: CrossCheck, _value: object, agrees: object) -> bool:
    """The line itself said what the value does not agree with."""
    return agrees is False


def begins_otherwise(check: CrossCheck, number: object, coded_value: object) -> bool:
    """The number begins with none of the texts that ``allowed`` gives for the code; a code it leaves out allows any."""
    allowed = check.allowed.get(str(_code(coded_value)))
    return isinstance(number, str) and allowed is not None and not number.startswith(allowed)


def wrong_organization_code(_check: CrossCheck, credit_code: object) -> bool:
    """Characters 9 to 17 of the credit code are no organisation code (GB 11714)."""
    return isinstance(credit_code, str) and not is_organization_code(credit_code[8:17])


def _days(value: object) -> tuple[date, date] | None:
    return (first_day(value), last_day(value)) if isinstance(value, str) else None


def _code(value: object) -> object:
    return value.get("code") if isinstance(value, Mapping) else None


CONTRADICTIONS: dict[str, Callable[..., bool]] = {
    rule.__name__: rule
    for rule in (
        begins_otherwise,
        coded,
        dated_after,
        days_apart,
        days_differ,
        denies,
        differ,
        lacks,
        refuted,
        same,
        wrong_organization_code,
    )
}
"""The rules by the name that model files use."""
