"""Open a delivery, whatever its format.

Takes a path; gives a ``RowFile`` with at least one data line, or raises ``UnreadableFile`` with what to do about it.
The extension says the format; the first bytes are only looked at to refuse what cannot be it.
"""

from pathlib import Path

from adapters.transports import RowFile, plugins
from adapters.transports.csv_file import CsvFile
from adapters.transports.jsonl_file import JsonLinesFile
from adapters.transports.xlsx_file import XlsxFile
from hub.errors import UnreadableFile

FORMATS: dict[str, type[RowFile]] = {
    ".csv": CsvFile,
    ".xlsx": XlsxFile,
    ".jsonl": JsonLinesFile,
    ".ndjson": JsonLinesFile,
}

HEAD = 64 * 1024
CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\f\r\x1a\x1b")
MOST_CONTROLS = 16
"""Broken text holds one or two kinds of control characters, binary data soon holds them all."""

ZIP = b"PK\x03\x04"
STRANGERS = {
    ZIP: "it is a workbook; rename it to end in .xlsx",
    b"\xd0\xcf\x11\xe0": "it is an old or locked workbook; save it as .xlsx without a password",
    b"\xff\xfe": "it is UTF-16; save it as UTF-8",
    b"\xfe\xff": "it is UTF-16; save it as UTF-8",
}


def open_file(path: Path, max_cell_characters: int) -> RowFile:
    """The delivery at ``path``, its header read."""
    file_type = _type_of(path)
    try:
        if path.exists() and not path.is_file():
            raise _refusal(path, file_type, "it is a folder, a pipe or a device; name a file")
        if file_type is None:
            raise _refusal(
                path, file_type, f"its name must end in {', '.join(dict.fromkeys((*FORMATS, *plugins.extensions())))}"
            )
        if problem := _strangeness(path, file_type):
            raise _refusal(path, file_type, problem)
        file = file_type(path, max_cell_characters)
    except OSError as error:
        raise _refusal(path, file_type, f"it cannot be opened ({error.strerror}); check the path") from None
    if next(file.rows(), None) is None:
        raise _refusal(path, file_type, "it holds no data line; check that the export ran")
    return file


def _type_of(path: Path) -> type[RowFile] | None:
    """The transport for the path's extension: the hub's own, else one that an installed package brings."""
    extension = path.suffix.lower()
    try:
        return FORMATS.get(extension) or plugins.transport(extension)
    except plugins.BrokenPlugin as error:
        raise _refusal(path, None, f"the package that reads {extension} is broken: {error}") from error


def _strangeness(path: Path, file_type: type[RowFile]) -> str | None:
    """Why the file cannot be what its name says, as far as its first bytes show."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        return "it is empty; export it again"
    if file_type not in FORMATS.values():
        return None
    stranger = next((start for start in STRANGERS if head.startswith(start)), None)
    if stranger is not None and not (stranger == ZIP and file_type is XlsxFile):
        return STRANGERS[stranger]
    if file_type is not XlsxFile and len(CONTROLS & set(head)) > MOST_CONTROLS:
        return "it holds binary data, not text; export it again"
    return None


def _refusal(path: Path, file_type: type[RowFile] | None, problem: str) -> UnreadableFile:
    return UnreadableFile(file=path.name, format=file_type.format if file_type else "a delivery", problem=problem)
