"""Take files out of a drop folder: what somebody has finished putting there, in order, each once.

Takes the settings of a folder; gives the files that wait in it. A file is moved to ``done`` or ``failed`` below it
once somebody says that it was dealt with, never read while it still grows, and never removed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from os import stat_result
from pathlib import Path

from msgspec import Struct

from adapters.schedule import interval
from hub.clock import now
from hub.errors import SourceUnavailable, UnreadableFile

ASIDE = DONE, FAILED = "done", "failed"
"""Where files go that were dealt with, below the folder."""
_DAY = re.compile(r"(?<!\d)(\d{4})(-?)(\d{2})\2(\d{2})(?!\d)")


class Folder(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="folder"):
    """How a folder is read into which a department puts files."""

    path: str
    pattern: str = "*"
    dated: bool = False
    quiet: str = "10s"


@dataclass(frozen=True)
class DroppedFile:
    """A file that waits; ``stated_on`` is the day that its name tells, where names tell days."""

    path: Path
    stated_on: date | None
    seen: stat_result

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has written to it since it was found."""
        return _trace(self.path.stat()) == _trace(self.seen)

    def done(self) -> None:
        """Put it where files are that were taken in."""
        self._move(DONE)

    def failed(self, problem: str) -> None:
        """Put it where files are that cannot be taken in, with a note that says why."""
        target = self._move(FAILED)
        target.with_name(f"{target.name}.txt").write_text(problem + "\n", encoding="utf-8")

    def _move(self, folder: str) -> Path:
        """Move it into a folder beside it, under a name that is free there."""
        target = self.path.parent / folder
        free = next(name for name in _names(self.path) if not (target / name).exists())
        return self.path.rename(target / free)


def waiting(folder: Folder) -> list[DroppedFile]:
    """The files that can be read now: by the days their names tell, then by name. Raises ``SourceUnavailable``."""
    quiet = interval(folder.quiet).total_seconds()
    present = now().timestamp()
    try:
        for aside in ASIDE:
            (Path(folder.path) / aside).mkdir(exist_ok=True)
        found = [
            DroppedFile(path, _day(path.name) if folder.dated else None, seen)
            for path in Path(folder.path).iterdir()
            if not path.name.startswith(".") and fnmatchcase(path.name, folder.pattern) and path.is_file()
            if abs(present - (seen := path.stat()).st_mtime) >= quiet
        ]
    except OSError as error:
        raise SourceUnavailable(problem=f"the folder cannot be used ({error.strerror})") from None
    return sorted(found, key=lambda file: (file.stated_on or date.min, file.path.name))


def check_dated(folder: Folder, file: DroppedFile) -> None:
    """Raise where names tell days and this one does not."""
    if folder.dated and file.stated_on is None:
        problem = "its name holds no day such as 2024-01-31 or 20240131, which says when it was stated"
        raise UnreadableFile(file=file.path.name, format="a delivery", problem=problem)


def _day(name: str) -> date | None:
    """The first day that a name holds."""
    for match in _DAY.finditer(name):
        try:
            return date(int(match[1]), int(match[3]), int(match[4]))
        except ValueError:
            continue
    return None


def _names(path: Path) -> Iterator[str]:
    """The file's own name, then others like it."""
    yield path.name
    number = 1
    while True:
        number += 1
        yield f"{path.stem}-{number}{path.suffix}"


def _trace(seen: stat_result) -> tuple[int, ...]:
    """What changes when a file is written to or replaced."""
    return seen.st_ino, seen.st_size, seen.st_mtime_ns
