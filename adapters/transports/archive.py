"""ZIP archives of strangers, opened with care.

Takes a file; gives its ``ZipFile`` once the list of its parts is known to be short enough to be read, and each part to
be there once, unlocked and packed in the usual way. Unpacks nothing.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MOST_DIRECTORY_BYTES = 1 << 20
"""The list of an archive's parts; in memory it takes some ten times as much."""
USUAL = (ZIP_STORED, ZIP_DEFLATED)
"""Others unpack without a bound on what one step may give."""

_TAIL = 1 << 17
_END, _END_OF_LARGE = b"PK\x05\x06", b"PK\x06\x06"
_IN_LARGE = 0xFFFF_FFFF
_LOCKED, _UTF_8 = 0x1, 0x800


class UnusableArchive(Exception):
    """An archive that must not be opened; the message says why and what to do."""


@contextmanager
def open_archive(file: BinaryIO) -> Iterator[ZipFile]:
    """The archive in ``file``; what zipfile itself cannot read it says by its own exceptions."""
    if _directory_size(file) > MOST_DIRECTORY_BYTES:
        raise UnusableArchive("it holds too many files; send fewer at once")
    with ZipFile(file) as archive:
        names = set()
        for part in archive.infolist():
            if part.filename in names:
                raise UnusableArchive("it holds one of its parts twice; save it anew")
            names.add(part.filename)
            if part.flag_bits & _LOCKED:
                raise UnusableArchive("it is locked with a password; pack it without one")
            if part.compress_type not in USUAL:
                raise UnusableArchive("it is packed in an unusual way; pack it as an ordinary ZIP archive (deflate)")
        yield archive


def name_of(part: ZipInfo) -> str:
    """What a part is called: in UTF-8 where it says so, else as Chinese systems write names."""
    if part.flag_bits & _UTF_8:
        return part.filename
    try:
        return part.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return part.filename


def _directory_size(file: BinaryIO) -> int:
    """How long the list of parts is, by the end of the archive; 0 where there is no such end."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
    tail = file.read()
    size = _number("<I", tail, tail.rfind(_END), 12)
    return _number("<Q", tail, tail.rfind(_END_OF_LARGE), 40) if size == _IN_LARGE else size


def _number(form: str, tail: bytes, start: int, offset: int) -> int:
    if start < 0 or start + offset + struct.calcsize(form) > len(tail):
        return 0
    number: int = struct.unpack_from(form, tail, start + offset)[0]
    return number
