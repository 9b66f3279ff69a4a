"""The one spelling of a number: width, case and blanks. Knows no scheme."""

import unicodedata


def compact(text: str) -> str:
    """``text`` narrowed and raised, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def bare(text: str) -> str:
    """``text`` narrowed and raised, without blanks and hyphens."""
    return compact(text).replace("-", "")
