"""The bytes of deliveries, packed or not.

Takes a path; gives a ``Content`` for each delivery that lies there: the same bytes at every opening, unpacked as they
are read. What is packed is read through once before anything is taken from it, so that an archive which is cut off,
damaged or a bomb is refused whole. Nothing is ever written to a place that an archive names.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EINVAL
from functools import partial
from hashlib import blake2b
from io import BufferedReader
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from adapters.transports.archive import UnusableArchive, name_of, open_archive
from hub.errors import FileNotOpened, UnreadableFile
from hub.settings import Settings

PIECE = 1 << 20
RATIO_COUNTS_FROM = 16 << 20
"""Below so many bytes unpacked, nobody is harmed however well they were packed."""
MOST_DELIVERIES = 100
"""Deliveries in one archive."""
ADDED_BY_SYSTEMS = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
CUT_OFF = "it is cut off or damaged; pack it again, and send it whole"

_DAMAGE = (BadZipFile, gzip.BadGzipFile, EOFError, LookupError, NotImplementedError, ValueError, zlib.error)
"""How the libraries say that an archive is not what it should be."""
_Opener = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a delivery may hold: characters in a cell; bytes unpacked, also as a multiple of those packed."""

    cell_characters: int
    unpacked_bytes: int
    unpacked_ratio: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """What the settings say."""
        return cls(settings.max_cell_characters, settings.max_unpacked_bytes, settings.max_unpacked_ratio)

    def check_unpacked(self, size: int, packed: int) -> None:
        """Raise if what has ``packed`` bytes unpacks to ``size`` bytes or more and should not."""
        if size > self.unpacked_bytes:
            raise UnusableArchive(f"unpacked it is larger than {self.unpacked_bytes} bytes; send it in parts")
        if size > RATIO_COUNTS_FROM and size > packed * self.unpacked_ratio:
            raise UnusableArchive(f"unpacked it is more than {self.unpacked_ratio} times larger; send it unpacked")


@dataclass(frozen=True)
class Content:
    """One delivery's bytes, with their number and BLAKE2b-256 digest; ``extension`` says their format."""

    name: str
    extension: str
    size: int
    digest: bytes
    is_packed: bool
    _opener: _Opener

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes from the first."""
        with self._opener() as stream:
            yield stream

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """The bytes in any order; those of a packed one lie unpacked in a file without a name meanwhile."""
        with self.open() as stream:
            if not self.is_packed:
                yield stream
                return
            with TemporaryFile() as unpacked:
                copyfileobj(stream, unpacked, PIECE)
                unpacked.seek(0)
                yield unpacked


def contents_of(path: Path, limits: Limits) -> list[Content]:
    """The deliveries at ``path``: those in an archive by name, else the one."""
    try:
        return _READERS.get(path.suffix.lower(), _plain)(path, limits)
    except _DAMAGE:
        raise _refusal(path, CUT_OFF) from None
    except UnusableArchive as problem:
        raise _refusal(path, str(problem)) from None
    except OSError as error:
        if error.errno == EINVAL:  # a part is said to begin before the file does
            raise _refusal(path, CUT_OFF) from None
        raise FileNotOpened(file=path.name, problem=error.strerror or "it cannot be read") from None


def _plain(path: Path, limits: Limits) -> list[Content]:
    return [_content(path.name, path.suffix, partial(_open_plain, path), lambda size: None)]


def _gzipped(path: Path, limits: Limits) -> list[Content]:
    check = partial(limits.check_unpacked, packed=path.stat().st_size)
    return [_content(path.name, PurePosixPath(path.stem).suffix, partial(_open_gzip, path), check, is_packed=True)]


def _members(path: Path, limits: Limits) -> list[Content]:
    with path.open("rb") as file, open_archive(file) as archive:
        parts = sorted((part for part in archive.infolist() if not _is_added(part)), key=name_of)
    limits.check_unpacked(sum(part.file_size for part in parts), path.stat().st_size)
    if not 0 < len(parts) <= MOST_DELIVERIES:
        raise UnusableArchive(f"it holds {len(parts)} files; pack 1 to {MOST_DELIVERIES} deliveries together")
    return [_member(path, part) for part in parts]


def _member(path: Path, part: ZipInfo) -> Content:
    inner = PurePosixPath(name_of(part).replace("\\", "/"))
    opener = partial(_open_member, path, part)
    return _content(f"{path.name}: {inner.name}", inner.suffix, opener, lambda size: None, is_packed=True)


def _is_added(part: ZipInfo) -> bool:
    """Whether the part is a folder or something that an operating system packs along."""
    return part.is_dir() or any(step in ADDED_BY_SYSTEMS for step in PurePosixPath(part.filename).parts)


def _open_plain(path: Path) -> BinaryIO:
    return path.open("rb")


def _open_gzip(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb"))


def _open_member(path: Path, part: ZipInfo) -> BinaryIO:
    with ZipFile(path) as archive:
        return cast("BinaryIO", BufferedReader(archive.open(part), PIECE))


def _content(
    name: str, extension: str, opener: _Opener, check: Callable[[int], None], *, is_packed: bool = False
) -> Content:
    """A content that was read to its end; ``check`` looks at how much it is, as it grows."""
    size, digest = 0, blake2b(digest_size=32)
    with opener() as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
            check(size)
            digest.update(piece)
    return Content(name, extension.lower(), size, digest.digest(), is_packed, opener)


def _refusal(path: Path, problem: str) -> UnreadableFile:
    return UnreadableFile(file=path.name, format="an archive", problem=problem)


_READERS: dict[str, Callable[[Path, Limits], list[Content]]] = {".gz": _gzipped, ".zip": _members}
ARCHIVES = tuple(_READERS)
