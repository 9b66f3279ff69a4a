"""Find a value in a JSON document by its path: names parted by dots, as ``data.items``.

Takes any document and a path, with or without ``$.`` before it; gives the value or what stands for a missing one.
"""


def at(document: object, path: str, missing: object = None) -> object:
    """The value at ``path``, the document itself for an empty path; ``missing`` where there is none."""
    for name in filter(None, path.removeprefix("$").split(".")):
        if not isinstance(document, dict) or name not in document:
            return missing
        document = document[name]
    return document
