"""Recognise files before anything of them is written: which record type each delivers, and which delivery it is.

Takes paths; opens every one of them, and raises for the first that cannot be taken. Writes nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import msgspec

from adapters.registers import choose_record, refuse_strangers, refuse_twins
from adapters.transports import Row, RowFile
from adapters.transports.content import Limits
from adapters.transports.files import open_files
from adapters.transports.fixed_width_file import Layout
from hub.catalog import Model, RecordType
from hub.clock import now, shanghai_midnight
from hub.errors import FileNotOpened, InvalidArgument, UnreadableFile
from hub.intake.delivery import Delivery, check_name, said
from hub.intake.scalars import embeds_id_number


@dataclass(frozen=True)
class RecognisedFile:
    """A file whose record type is known, ready to be loaded.

    Its sender may have named the delivery by a ``key``. It was stated on a day, or more exactly ``stated_at``, where
    either is said. One that a ``run`` of a source wrote is that run's, whatever file was like it before.
    """

    register: str
    record: RecordType
    file: RowFile
    stated_on: date | None
    source_unit: str
    mapping: Mapping[str, str]
    key: str | None = None
    run: str | None = None
    stated_at: datetime | None = None
    reason: str | None = None
    is_copy: bool = False
    accepted_removals: int | None = None
    department: str | None = None

    def delivery(self, sender: str) -> Delivery:
        """The delivery that the file is; the same file said on the same day is the same delivery.

        Under a key of its sender's it is the same only if all that is said with it is the same too.
        """
        given = self.stated_at or self.stated_on
        said = given.isoformat() if given else ""
        file = f"{'copy' if self.is_copy else 'file'}:{self.file.digest.hex()}:{self.record.name}:{said}"
        stated_at = shanghai_midnight(self.stated_on) if self.stated_on else now()
        return Delivery(
            register=self.register,
            source_unit=self.source_unit,
            idempotency_key=self.key or (f"run:{self.run}" if self.run else file),
            digest=_digest(f"{file}:{self.reason or ''}") if self.key else self.file.digest,
            stated_at=self.stated_at or stated_at,
            sender=sender,
            file=self.file.name,
            reason=self.reason,
            department=self.department,
            copy_of=self.record.name if self.is_copy else None,
            accepted_removals=self.accepted_removals,
        )


def recognise(
    model: Model,
    register: str,
    paths: Sequence[Path],
    *,
    record: str | None,
    stated_on: date | None,
    source_unit: str,
    limits: Limits,
    stated_at: datetime | None = None,
    mapping: Mapping[str, str] = MappingProxyType({}),
    layout: Layout | None = None,
    reason: str | None = None,
    is_copy: bool = False,
    accepted_removals: int | None = None,
) -> list[RecognisedFile]:
    """Open every file and tell which record type it delivers; raises before anything is written.

    ``mapping`` says which item each column stands for, where a department's own titles do not say it;
    ``layout`` what lies where in a text of fixed width; ``reason`` why the files are sent. Where ``is_copy``, each file
    is a full copy of its record type, and ``accepted_removals`` records may end by it.
    """
    check_name("--unit", source_unit or "-")
    check_name("--reason", "-" if reason is None else reason)
    if stated_on:
        said("--stated-on", datetime.combine(stated_on, time()))
    stated_at = said("--stated-on", stated_at) if stated_at else None
    recognised = []
    for path in paths:
        _refuse_persons(path.name)
    for file in chain.from_iterable(open_files(path, limits, layout) for path in paths):
        _refuse_persons(file.name)
        titles = [mapping.get(title, title) for title in _titles(file)]
        chosen = choose_record(model, register, titles, file.name, record)
        refuse_twins(chosen, titles, file.name)
        refuse_strangers(chosen, [mapping[title] for title in _titles(file) if title in mapping], file.name)
        recognised.append(
            RecognisedFile(
                register,
                chosen,
                file,
                stated_on,
                source_unit,
                dict(mapping),
                stated_at=stated_at,
                reason=reason,
                is_copy=is_copy,
                accepted_removals=accepted_removals,
            )
        )
    if is_copy:
        _refuse_parts(recognised)
    return recognised


def _refuse_parts(copies: Sequence[RecognisedFile]) -> None:
    """Raise where two copies are of one record type: each would end what only the other holds."""
    for name, files in Counter(one.record.name for one in copies).items():
        if files > 1:
            raise InvalidArgument(name="--snapshot", problem=f"{files} files are of {name}; a full copy is one file")


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=32).digest()


def _refuse_persons(name: str) -> None:
    """Raise if the file is named after somebody's number, for names of files are kept and shown."""
    if embeds_id_number(name):
        raise UnreadableFile(file="The file", format="a delivery", problem="its name holds an ID number; rename it")


def read_mapping(path: Path) -> dict[str, str]:
    """A mapping of column titles to items: a TOML file of lines such as ``"证件号" = "idNumber"``."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=dict[str, str])
    except OSError as error:
        raise FileNotOpened(file=path.name, problem=error.strerror) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(file=path.name, format="a mapping", problem=str(error)) from None


def _titles(file: RowFile) -> Sequence[str]:
    """The header; of a format without one, the names in its first good line."""
    if file.columns is not None:
        return file.columns
    first = next((row for row in file.rows() if isinstance(row, Row)), None)
    return tuple(first.cells) if first else ()
