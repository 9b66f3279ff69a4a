"""Take numbers of persons out of text that others will read: log lines, reasons, errors, names that a caller made up.

Takes any text; gives it with every number long enough to be an ID number replaced. Whether it is a valid one is not
asked: a mistyped number tells nearly as much.
"""

import re
import unicodedata

_LONG_NUMBER = re.compile(r"\d[\d\s\-]{12,}[\dXx]")


def redact(text: str) -> str:
    """``text`` with every number long enough to be an ID number taken out, however it is spelt."""
    plain = unicodedata.normalize("NFKC", text)
    return _LONG_NUMBER.sub("[number]", plain) if _LONG_NUMBER.search(plain) else text
