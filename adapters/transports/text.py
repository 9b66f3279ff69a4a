"""The physical lines of a text file, and the encoding they are in.

Takes the bytes of a file; gives lines of bounded length, and text. Never holds more than a few lines.

A byte order mark decides the encoding. Without one, each line that holds Chinese votes: for UTF-8 if it is valid UTF-8,
for GB18030 if it is valid only as GB18030; the greater number wins, and UTF-8 wins a draw. Then a line of the other
encoding is invalid, and only that line. Characters of two bytes do not vote, for 女 in GB18030 is also Ů in UTF-8.
"""

import codecs
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import BinaryIO

from adapters.transports import malformed
from adapters.transports.content import Content
from hub.reasons import Reason

LINE_LIMIT = 32 * 1024 * 1024
"""The longest physical line that is kept whole, in bytes."""

LINE_CUT: Reason = malformed(
    f"it is longer than {LINE_LIMIT} bytes, only its beginning is kept", f"该行超过 {LINE_LIMIT} 字节，仅保留开头部分"
)

_LONG_CHARACTER = re.compile(rb"[\xe0-\xf4]")


class Encoding(StrEnum):
    """What a text file may be encoded in."""

    UTF_8 = "UTF-8"
    GB18030 = "GB18030"


class Lines:
    """The physical lines of an open file, each with its line end; lines read too far can be put back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._waiting: deque[bytes] = deque()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        line = self._waiting.popleft() if self._waiting else self._file.readline(LINE_LIMIT)
        if not line:
            raise StopIteration
        if is_cut(line):
            self._skip_rest()
        return line

    def put_back(self, lines: list[bytes]) -> None:
        """Give ``lines`` again before all others."""
        self._waiting.extendleft(reversed(lines))

    @property
    def position(self) -> int:
        """How many bytes of the file have been read."""
        return self._file.tell()

    def _skip_rest(self) -> None:
        while (rest := self._file.readline(LINE_LIMIT)) and not rest.endswith(b"\n"):
            pass


@contextmanager
def open_lines(content: Content) -> Iterator[Lines]:
    """The lines of a text, without its byte order mark."""
    with content.open() as file:
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        yield Lines(file)


def is_cut(line: bytes) -> bool:
    """Whether ``line`` is only the beginning of a line that is too long to keep."""
    return len(line) == LINE_LIMIT and not line.endswith(b"\n")


def encoding_of(content: Content) -> Encoding:
    """The encoding of a whole text, by the rule above."""
    with content.open() as file:
        if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8:
            return Encoding.UTF_8
    with open_lines(content) as lines:
        return elect(lines)


def decode(line: bytes, encoding: Encoding) -> str | None:
    """The text of ``line``, or ``None`` if it is not valid in the encoding of its file."""
    if encoding is Encoding.GB18030 and _vote(line) is Encoding.UTF_8:
        return None
    return _decode(line, encoding)


def elect(lines: Iterable[bytes]) -> Encoding:
    """The encoding that most of ``lines`` are in, by the rule above."""
    votes = Counter(_vote(line) for line in lines if not line.isascii())
    return Encoding.GB18030 if votes[Encoding.GB18030] > votes[Encoding.UTF_8] else Encoding.UTF_8


def _vote(line: bytes) -> Encoding | None:
    if line.isascii():
        return None
    if _decode(line, Encoding.UTF_8) is not None:
        return Encoding.UTF_8 if _LONG_CHARACTER.search(line) else None
    return Encoding.GB18030 if _decode(line, Encoding.GB18030) is not None else None


def _decode(line: bytes, encoding: Encoding) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
