"""Share the lines of a submission among processes, so that all that is said of a record falls to one of them.

Pure: takes a line; tells whose it is. Whoever reads the same lines comes to the same shares.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zlib import crc32

from hub.catalog import RecordType
from hub.identifiers.spelling import bare
from hub.intake.delivery import BrokenLine, Line


@dataclass(frozen=True, slots=True)
class Share:
    """One of so many shares, counted from 0."""

    number: int
    of: int

    def of_lines(
        self, lines: Iterable[Line | BrokenLine], records: Mapping[str, RecordType]
    ) -> Iterator[Line | BrokenLine]:
        """The lines that are this share's."""
        return (line for line in lines if crc32(_key(line, records).encode()) % self.of == self.number)


def _key(line: Line | BrokenLine, records: Mapping[str, RecordType]) -> str:
    """The first key of the entity that the line gives, as far as its spelling can be told unchecked."""
    record = None if isinstance(line, BrokenLine) else records.get(line.record_type)
    if record is None or isinstance(line, BrokenLine):
        return ""
    return next((bare(str(line.values[name])) for name in record.identified_by if line.values.get(name)), "")
