"""One spelling of a person's name, to compare by: never to show and never to keep."""

import unicodedata

_BETWEEN = str.maketrans("", "", ".·•∙⋅・‧᛫●")
"""What stands between the parts of a name: as often left out as written, and in every shape of a dot."""


def comparable(name: str) -> str:
    """``name`` narrowed, in one case, without blanks and without the dots between its parts."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().translate(_BETWEEN).split())
