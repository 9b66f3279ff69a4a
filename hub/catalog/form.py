"""Hold what a TOML file says against the structs it is decoded into, and find every mistake, not only the first.

Takes a decoded file; gives what of it can be used, the mistakes with the paths they are written at, and the names of
what had to be left out, for what is said of these elsewhere cannot be judged.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from inspect import isclass
from types import UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin

import msgspec

File = TypeVar("File", bound=msgspec.Struct)
_LEFT_OUT = object()


class Form(Generic[File]):
    """One file of a kind of which every key may be left out: ``file`` is what of it can be used."""

    def __init__(self, tree: Mapping[str, Any], kind: type[File]) -> None:
        self.problems: list[tuple[str, str]] = []
        self.left_out: set[str] = set()
        try:
            self.file = msgspec.convert(tree, kind)
        except msgspec.ValidationError:
            self.file = msgspec.convert(self._table(kind, tree, ""), kind)
        if self.file == kind() and not self.problems:
            self.problems.append(("", "the file says nothing; write what it adds, or remove it"))

    def _table(self, cls: type[msgspec.Struct], tree: Mapping[str, Any], path: str) -> object:
        """The keys of a table that can be used, unless one that it needs cannot."""
        fields = {field.encode_name: field for field in msgspec.structs.fields(cls)}
        for key in tree.keys() - fields.keys() - {cls.__struct_config__.tag_field}:
            self._says(f"{path}.{key}", f"unknown field `{key}`; the keys here are {', '.join(fields)}")
        given = {key: self._value(fields[key].type, tree[key], f"{path}.{key}") for key in fields if key in tree}
        missing = [key for key, field in fields.items() if field.required and key not in tree]
        for key in missing:
            self._says(path, f"missing required field `{key}`; add it, for it has no default")
        kept = {key: value for key, value in given.items() if value is not _LEFT_OUT}
        if (tag := cls.__struct_config__.tag_field) is not None:
            kept[tag] = tree[tag]
        if missing or any(fields[key].required for key in given.keys() - kept.keys()):
            self.left_out.update(_names_in(tree))
            return _LEFT_OUT
        if len(kept) < len(tree):
            self.left_out.add(str(tree.get("name")))
        return kept

    def _value(self, kind: Any, given: Any, path: str) -> object:  # noqa: ANN401
        """What of a value can be used: of a table its keys, of a list its entries."""
        inner = _without_none(get_args(kind)[0] if get_origin(kind) is Annotated else kind)
        if isinstance(given, dict) and get_origin(inner) in (Union, UnionType):
            return self._tagged(get_args(inner), given, path)
        if isclass(inner) and issubclass(inner, msgspec.Struct) and isinstance(given, dict):
            return self._table(inner, given, path)
        if get_origin(inner) is tuple and isinstance(given, list):
            entries = (self._value(get_args(inner)[0], one, f"{path}[{place}]") for place, one in enumerate(given))
            kept = [entry for entry in entries if entry is not _LEFT_OUT]
            return self._leaf(kind, kept, path) if kept or not given else _LEFT_OUT
        if get_origin(inner) is dict and isinstance(given, dict):
            pairs = {key: self._value(get_args(inner)[1], one, f"{path}.{key}") for key, one in given.items()}
            return {key: entry for key, entry in pairs.items() if entry is not _LEFT_OUT}
        return self._leaf(kind, given, path)

    def _tagged(self, kinds: tuple[type[msgspec.Struct], ...], given: Mapping[str, Any], path: str) -> object:
        """What can be used of a table that may be of several kinds, each told by its tag."""
        by_tag = {kind.__struct_config__.tag: kind for kind in kinds}
        tag = str(kinds[0].__struct_config__.tag_field)
        if given.get(tag) in by_tag:
            kind = by_tag[given[tag]]
            table = self._table(kind, given, path)
            return table if table is _LEFT_OUT else self._leaf(kind, table, path)
        self._says(f"{path}.{tag}", f"the key `{tag}` says which it is; write one of {', '.join(map(str, by_tag))}")
        return _LEFT_OUT

    def _leaf(self, kind: Any, given: object, path: str) -> object:  # noqa: ANN401
        try:
            msgspec.convert(given, kind)
        except msgspec.ValidationError as error:
            problem, _, _ = str(error).partition(" - at `")
            self._says(path, "; ".join([problem, *_ways_out(kind)]))
            return _LEFT_OUT
        return given

    def _says(self, path: str, problem: str) -> None:
        self.problems.append((path.removeprefix("."), problem))


def _without_none(kind: Any) -> Any:  # noqa: ANN401
    """The one type that a value may have besides missing."""
    kinds = [one for one in get_args(kind) if one is not type(None)]
    return kinds[0] if type(None) in get_args(kind) and len(kinds) == 1 else kind


def _ways_out(kind: Any) -> Iterator[str]:  # noqa: ANN401
    """What may stand there instead, where that is a closed list."""
    kind = _without_none(kind)
    if isclass(kind) and issubclass(kind, StrEnum):
        yield f"write one of {', '.join(kind)}"
    elif get_origin(kind) is Literal:
        yield f"write one of {', '.join(get_args(kind))}"


def _names_in(tree: object) -> Iterator[str]:
    """The names that are given in a part of a file."""
    if isinstance(tree, Mapping):
        yield from (value for key, value in tree.items() if key == "name" and isinstance(value, str))
    inner = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ()
    for value in inner:
        yield from _names_in(value)
