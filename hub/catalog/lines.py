"""Find the line of a TOML file that a value was written on, so that a mistake can name it.

Takes the text and a path such as ``$.record[0].item[3].type``; gives a line number, counted from 1.
Knows headers and one-line keys, which is how the model is written; elsewhere it names the enclosing table.
"""

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*(?:"([^"]*)"|([\w.-]+))\s*=""")
_LAST_STEP = re.compile(r"(\.[^.\[\]]+|\[[^\]]*\])$")


def line_of(text: str, path: str) -> int:
    """The line that ``path`` is written on, or the nearest line that encloses it."""
    index = _index(text)
    path = path.removeprefix("$.").removeprefix("$")
    while path and path not in index:
        path = _LAST_STEP.sub("", path) if _LAST_STEP.search(path) else ""
    return index.get(path, 1)


def _index(text: str) -> dict[str, int]:
    """Every table header and key of ``text`` by its path."""
    index: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _resolve(header[2], counts, repeated=header[1] == "[[")
            index.setdefault(table, number)
        elif key := _KEY.match(line):
            name = key[2] if key[1] is None else key[1]
            index.setdefault(f"{table}.{name}" if table else name, number)
    return index


def _resolve(header: str, counts: dict[str, int], *, repeated: bool) -> str:
    """The path of a header such as ``record.item``, each repeated table at its present index."""
    path = ""
    names = header.split(".")
    for depth, name in enumerate(names, start=1):
        path = f"{path}.{name}" if path else name
        if depth == len(names) and repeated:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path
