"""What a caller may write into names and reasons that are kept and shown: nothing that may identify a person."""

from hub.errors import InvalidArgument
from hub.redaction import redact

MOST_NAME_CHARACTERS = 200


def check_name(argument: str, text: str) -> None:
    """Raise ``InvalidArgument`` for a text that is empty, too long, not printable or holds somebody's number."""
    if not text.strip() or not text.isprintable() or len(text) > MOST_NAME_CHARACTERS:
        raise InvalidArgument(name=argument, problem=f"it is not 1 to {MOST_NAME_CHARACTERS} printable characters")
    if redact(text) != text:
        raise InvalidArgument(name=argument, problem="it holds a number that may identify a person")
