"""Where something holds: areas as beginnings of division codes (GB/T 2260), of which an empty one is the whole city.

Pure: codes in, codes out. Knows no name of a place.
"""

from collections.abc import Iterable

Areas = tuple[str, ...]
ANYWHERE: Areas = ("",)
"""Every area, and entities of which no division is known."""
_LEVELS = (2, 4, 6, 9, 12)


def areas(codes: Iterable[str]) -> Areas:
    """The areas of some codes; of none, the whole city. The code of a city covers all in it: 440100 is 4401."""
    return tuple(dict.fromkeys(map(_beginning, codes))) or ANYWHERE


def _beginning(code: str) -> str:
    for length in _LEVELS:
        if not int(code[length:] or "0"):
            return code[:length]
    return code


def covers(held: Areas, wanted: Areas) -> bool:
    """Whether each of the areas ``wanted`` lies in one that is ``held``."""
    return held == ANYWHERE or all(any(one.startswith(area) for area in held) for one in wanted)


def common(one: Areas, other: Areas) -> Areas:
    """The areas that lie in both; none where they have nothing in common."""
    if ANYWHERE in (one, other):
        return other if one == ANYWHERE else one
    both = (max(a, b, key=len) for a in one for b in other if a.startswith(b) or b.startswith(a))
    return tuple(dict.fromkeys(both))


def joined(held: Iterable[Areas]) -> Areas:
    """The areas that lie in any of those held, none twice."""
    found = {area for areas in held for area in areas}
    return tuple(sorted(area for area in found if not any(area != other and area.startswith(other) for other in found)))
