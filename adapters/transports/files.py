"""Open the deliveries at a path, whatever their format and however they are packed.

Takes a path; gives a ``RowFile`` with at least one data line for each delivery there, or raises with what to do about
it. The extension says the format; the first bytes are only looked at to refuse what cannot be it.
"""

from itertools import chain
from pathlib import Path

from adapters.transports import RowFile, plugins
from adapters.transports.content import ARCHIVES, Content, Limits, contents_of
from adapters.transports.csv_file import CsvFile
from adapters.transports.dbf_file import DbfFile
from adapters.transports.fixed_width_file import FixedWidthFile, Layout
from adapters.transports.jsonl_file import JsonLinesFile
from adapters.transports.xlsx_file import XlsxFile
from hub.errors import FileNotOpened, UnreadableFile

FORMATS: dict[str, type[RowFile]] = {
    ".csv": CsvFile,
    ".xlsx": XlsxFile,
    ".jsonl": JsonLinesFile,
    ".ndjson": JsonLinesFile,
    ".dbf": DbfFile,
    ".txt": FixedWidthFile,
    ".dat": FixedWidthFile,
}
BINARY = (XlsxFile, DbfFile)

HEAD = 64 * 1024
CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\f\r\x1a\x1b")
MOST_CONTROLS = 16
"""Broken text holds one or two kinds of control characters, binary data soon holds them all."""

UTF_16 = "it is UTF-16; save it as UTF-8"
ZIP = b"PK\x03\x04"
STRANGERS = {
    ZIP: "it is a workbook or an archive; rename it to end in .xlsx or .zip",
    b"\x1f\x8b": "it is packed; rename it to end in .gz after its own extension",
    b"\xd0\xcf\x11\xe0": "it is an old or locked workbook; save it as .xlsx without a password",
    b"\xff\xfe": UTF_16,
    b"\xfe\xff": UTF_16,
}


def open_files(path: Path, limits: Limits, layout: Layout | None = None) -> list[RowFile]:
    """The deliveries at ``path``, their headers read; ``layout`` is that of texts of fixed width."""
    if path.exists() and not path.is_file():
        raise FileNotOpened(file=path.name, problem="it is a folder, a pipe or a device; name a file")
    if path.suffix.lower() not in ARCHIVES:
        _type_of(path.name, path.suffix.lower())
    return [_opened(content, limits, layout) for content in contents_of(path, limits)]


def _opened(content: Content, limits: Limits, layout: Layout | None) -> RowFile:
    file_type = _type_of(content.name, content.extension)
    if problem := _strangeness(content, file_type):
        raise UnreadableFile(file=content.name, format=file_type.format, problem=problem)
    if not issubclass(file_type, FixedWidthFile):
        file = file_type(content, limits)
    elif layout:
        file = file_type(content, limits, layout)
    else:
        problem = "give its layout, with --layout or beside it in a form; a text with separators is named .csv"
        raise UnreadableFile(file=content.name, format=file_type.format, problem=problem)
    if next(file.rows(), None) is None:
        problem = "it holds no data line; check that the export ran"
        raise UnreadableFile(file=content.name, format=file_type.format, problem=problem)
    return file


def _type_of(name: str, extension: str) -> type[RowFile]:
    """The transport for an extension: the hub's own, else one that an installed package brings."""
    try:
        found = FORMATS.get(extension) or plugins.transport(extension)
    except plugins.BrokenPlugin as error:
        problem = f"the package that reads {extension} is broken: {error}"
        raise UnreadableFile(file=name, format="a delivery", problem=problem) from error
    if found is None:
        known = dict.fromkeys(chain(FORMATS, plugins.extensions()))
        problem = f"its name must end in {', '.join(known)}, and may go on with .gz; several are packed as .zip"
        raise UnreadableFile(file=name, format="a delivery", problem=problem)
    return found


def _strangeness(content: Content, file_type: type[RowFile]) -> str | None:
    """Why the content cannot be what its name says, as far as its first bytes show."""
    with content.open() as stream:
        head = stream.read(HEAD)
    if not head.strip():
        return "it is empty; export it again"
    if file_type not in FORMATS.values():
        return None
    stranger = next((start for start in STRANGERS if head.startswith(start)), None)
    if stranger is not None and not (stranger == ZIP and file_type is XlsxFile):
        return STRANGERS[stranger]
    if file_type in BINARY:
        return None
    if head.count(0) > len(head) // 4:
        return UTF_16
    return "it holds binary data, not text; export it again" if len(CONTROLS & set(head)) > MOST_CONTROLS else None
