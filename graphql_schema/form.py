"""The one file in a ``multipart/form-data`` body, as it comes.

Takes the pieces of a body; hands on the bytes of its file and gives the file's name. Keeps nothing of either.
"""

from collections.abc import Callable

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from hub.errors import UploadUnreadable

ONE_FILE = "a form must hold one file and nothing else; what is said of it goes into the address"


class FormFile:
    """Reads a form; ``write`` gets the bytes of its file."""

    def __init__(self, content_type: str, write: Callable[[bytes], None]) -> None:
        _, parameters = parse_options_header(content_type)
        self.name: str | None = None
        self._write = write
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
                    "on_part_data": lambda data, start, end: self._write(data[start:end]),
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
        if self.name is not None or b"filename" not in told:
            raise UploadUnreadable(problem=ONE_FILE)
        self.name = told[b"filename"].decode("utf-8", "replace")
        self._headers.clear()

    def _on_end(self) -> None:
        self._has_ended = True
