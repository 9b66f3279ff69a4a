"""Find the file formats that installed packages bring, by entry points of the group ``jizhun.transports``.

Takes an extension; gives the transport of a package, imported only when a file asks for it. A package that is broken is
refused by its name and costs no other file anything.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from adapters.transports import RowFile

GROUP = "jizhun.transports"


class BrokenPlugin(Exception):
    """A package's transport cannot be used; the message names it and says why."""


def extensions() -> tuple[str, ...]:
    """The extensions that installed packages bring transports for."""
    return tuple(sorted(_offered()))


def transport(extension: str) -> type[RowFile] | None:
    """The transport for ``extension``, if a package brings one; raises ``BrokenPlugin`` if it cannot be used."""
    offered = _offered().get(extension, ())
    if len(offered) > 1:
        raise BrokenPlugin(f"{' and '.join(map(_named, offered))} both read it; remove one of them")
    return _load(offered[0]) if offered else None


@cache
def _offered() -> Mapping[str, tuple[EntryPoint, ...]]:
    """The entry points by extension: one that names the same object as another is the same."""
    offered: dict[str, dict[str, EntryPoint]] = {}
    for point in sorted(entry_points(group=GROUP), key=_named):
        offered.setdefault(point.name.lower(), {})[_named(point)] = point
    return {extension: tuple(points.values()) for extension, points in offered.items()}


def _load(point: EntryPoint) -> type[RowFile]:
    try:
        found = point.load()
    except Exception as error:
        raise BrokenPlugin(f"{_named(point)} cannot be imported ({type(error).__name__}); mend or remove it") from error
    if not (isinstance(found, type) and issubclass(found, RowFile) and isinstance(getattr(found, "format", None), str)):
        raise BrokenPlugin(f"{_named(point)} is no RowFile with a format; mend or remove it")
    return found


def _named(point: EntryPoint) -> str:
    package = point.dist.name if point.dist else "a package"
    return f"{package} ({point.value})"
