"""The value of an item of which its source says that it does not know it.

Neither a value nor silence nor "there is none": it keeps what the source wrote.
"""


def unknown(raw: str) -> dict[str, object]:
    """The payload value that says: the source does not know, in these words."""
    return {"unknown": raw}


def is_unknown(value: object) -> bool:
    """Whether a payload value says so."""
    return isinstance(value, dict) and "unknown" in value
