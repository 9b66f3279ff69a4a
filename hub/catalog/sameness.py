"""Whether two payload values say the same: codes count, not how they were spelt; width and blanks of texts do not."""

import unicodedata


def same_value(one: object, other: object) -> bool:
    """Whether two registers say the same."""
    return _essence(one) == _essence(other)


def _essence(value: object) -> object:
    if isinstance(value, dict):
        return value.get("code") or _essence(value.get("name"))
    return "".join(unicodedata.normalize("NFKC", value).split()) if isinstance(value, str) else value
