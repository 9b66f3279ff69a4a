"""The one file in a ``multipart/form-data`` body, as it comes, and the layout that may come with it.

Takes the pieces of a body; hands on the bytes of its file, of which it keeps nothing, and gives the file's name.
"""

from collections.abc import Callable

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from hub.errors import UploadUnreadable

LAYOUT = b"layout"
MOST_LAYOUT_BYTES = 65_536
ONE_FILE = "a form must hold one file and nothing else but its layout; what is said of it goes into the address"


class FormFile:
    """Reads a form; ``write`` gets the bytes of its file. The part that is named ``layout`` is kept as such."""

    def __init__(self, content_type: str, write: Callable[[bytes], None]) -> None:
        _, parameters = parse_options_header(content_type)
        self.name: str | None = None
        self.layout: bytes | None = None
        self._write = write
        self._take = write
        self._header = bytearray()
        self._value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._has_ended = False
        try:
            self._parser = MultipartParser(
                parameters.get(b"boundary", b""),
                {
                    "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                    "on_header_end": self._on_header,
                    "on_headers_finished": self._on_headers,
                    "on_part_data": lambda data, start, end: self._take(data[start:end]),
                    "on_end": self._on_end,
                },
            )
        except FormParserError:
            raise UploadUnreadable(problem="its form names no boundary") from None

    def feed(self, piece: bytes) -> None:
        """Read on."""
        try:
            self._parser.write(piece)
        except FormParserError:
            raise UploadUnreadable(problem="its form is malformed") from None

    def close(self) -> str:
        """The name of the file, once the whole form was read."""
        if not self._has_ended:
            raise UploadUnreadable(problem="its form broke off")
        if self.name is None:
            raise UploadUnreadable(problem=ONE_FILE)
        return self.name

    def _on_header(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _on_headers(self) -> None:
        _, told = parse_options_header(self._headers.pop(b"content-disposition", b""))
        self._headers.clear()
        if told.get(b"name") == LAYOUT and self.layout is None:
            self.layout, self._take = b"", self._add_to_layout
        elif b"filename" in told and self.name is None:
            self.name, self._take = told[b"filename"].decode("utf-8", "replace"), self._write
        else:
            raise UploadUnreadable(problem=ONE_FILE)

    def _add_to_layout(self, data: bytes) -> None:
        self.layout = (self.layout or b"") + data
        if len(self.layout) > MOST_LAYOUT_BYTES:
            raise UploadUnreadable(problem=f"its layout has more than {MOST_LAYOUT_BYTES:,} bytes")

    def _on_end(self) -> None:
        self._has_ended = True
