"""Every query of the hub, as text in named files.

A file holds queries one after another: a line ``-- name``, one or more lines ``-- `` that say in a sentence what the
query promises, then the SQL. Takes a file's name; gives its queries by name. Never talks to a database.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

_NAME = re.compile(r"-- ([a-z][a-z0-9_]*)")
_names: dict[str, str] = {}


@cache
def queries(name: str) -> Mapping[str, str]:
    """The queries of ``hub/sql/<name>.sql``; raises ``ValueError`` where one has no promise or shares its name."""
    found = parse((resources.files(__name__) / f"{name}.sql").read_text(encoding="utf-8"), name)
    _names.update((sql, f"{name}.{query}") for query, sql in found.items())
    return found


def name_of(sql: str) -> str | None:
    """The name, as ``file.query``, of a query that was read before; None for any other text."""
    return _names.get(sql)


def parse(text: str, file: str) -> Mapping[str, str]:
    """The queries in ``text``; ``file`` names it in complaints."""
    found: dict[str, str] = {}
    for paragraph in _paragraphs(text, file):
        name, promise, sql = _parts(paragraph)
        if not promise or not sql:
            raise ValueError(f"{file}.sql: the query {name} has no {'SQL' if promise else 'sentence'}")
        if name in found:
            raise ValueError(f"{file}.sql: two queries are named {name}")
        found[name] = sql
    return MappingProxyType(found)


def _paragraphs(text: str, file: str) -> list[list[str]]:
    """The lines of each query, its name first."""
    paragraphs: list[list[str]] = []
    for line in text.splitlines():
        if named := _NAME.fullmatch(line):
            paragraphs.append([named[1]])
        elif paragraphs:
            paragraphs[-1].append(line)
        elif line.strip():
            raise ValueError(f"{file}.sql: the file must open with a line `-- query_name`")
    return paragraphs


def _parts(paragraph: list[str]) -> tuple[str, str, str]:
    name, *lines = paragraph
    end = next((place for place, line in enumerate(lines) if not line.startswith("-- ")), len(lines))
    promise = " ".join(line.removeprefix("-- ") for line in lines[:end])
    return name, promise, "\n".join(lines[end:]).strip()
