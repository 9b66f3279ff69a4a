"""The one spelling of a number: width, case and blanks. Knows no scheme."""

import re
import unicodedata

_COUNTS = re.compile(r"[1-9]", re.ASCII)


def compact(text: str) -> str:
    """``text`` narrowed and raised, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def bare(text: str) -> str:
    """``text`` narrowed and raised, without blanks and hyphens."""
    return compact(text).replace("-", "")


def counts(number: str) -> bool:
    """Whether ``number`` is more than what stands where there is none, as 无, - or 000."""
    return _COUNTS.search(number) is not None
