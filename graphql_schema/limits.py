"""Refuse a document that would cost too much before it is validated, and weigh what an answer will hold.

Pure: takes the nodes of a document; raises the hub's own errors. A document is walked as it will be run, fields of one
name together and each fragment once where it is spread, and the walk itself ends at the limit: so neither fragments
that double each other nor fields named a thousand times cost anything to refuse.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from hub.errors import QueryTooDeep, QueryTooLarge
from hub.settings import Settings

MOST_DEFINITIONS = 100
MOST_OPERATIONS = 20
MOST_DIRECTIVES = 100
MOST_REPETITIONS = 20
"""Fields of one name in one place: the library compares each with each."""

_TOKEN = re.compile(
    r'''#[^\n\r]*|(?P<token>[_A-Za-z]\w*|"""(?:\\"""|(?!""").)*"""|"(?:\\.|[^"\\\n\r])*"|\.\.\.|[-\d][-+.\w]*|[!$&()\[\]{}:=@|])''',
    re.ASCII | re.DOTALL,
)

Fragments = Mapping[str, FragmentDefinitionNode]


@dataclass
class _Walk:
    """One walk through a document, of which no more than ``limit`` steps are taken."""

    fragments: Fragments
    limit: int
    steps: int = 0
    directives: int = 0

    def measure(self, selections: Iterable[SelectionSetNode], deepest: int, level: int = 1) -> int:
        """How many places an answer has at this level, after every level below was measured."""
        if level > deepest:
            raise QueryTooDeep(limit=deepest)
        places = self._places(selections)
        for fields in places:
            if len(fields) > MOST_REPETITIONS:
                raise QueryTooLarge(limit=MOST_REPETITIONS, things="fields of one name in one place")
            if below := _below(fields):
                self.measure(below, deepest, level + 1)
        return len(places)

    def weigh(self, selections: Iterable[SelectionSetNode]) -> int:
        """How many places an answer has at this level and below."""
        return sum(1 + self.weigh(_below(fields)) for fields in self._places(selections))

    def _places(self, selections: Iterable[SelectionSetNode]) -> list[list[FieldNode]]:
        """The fields selected, those that share a place in the answer together."""
        places: dict[str, list[FieldNode]] = {}
        for field in self._fields(selections, set()):
            places.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
        return list(places.values())

    def _fields(self, selections: Iterable[SelectionSetNode], seen: set[str]) -> Iterator[FieldNode]:
        for node in (node for selection in selections for node in selection.selections):
            self.steps += 1
            if self.steps > self.limit:
                raise QueryTooLarge(limit=self.limit, things="fields")
            self.directives += len(node.directives or ())
            if self.directives > MOST_DIRECTIVES:
                raise QueryTooLarge(limit=MOST_DIRECTIVES, things="directives")
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from self._fields([node.selection_set], seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                if fragment := self.fragments.get(node.name.value):
                    yield from self._fields([fragment.selection_set], seen)


def check_tokens(text: str, limit: int) -> None:
    """Raise ``QueryTooLarge`` for a text of more tokens than ``limit``, which the library would take long to read."""
    tokens = 0
    for found in _TOKEN.finditer(text):
        tokens += found["token"] is not None
        if tokens > limit:
            raise QueryTooLarge(limit=limit, things="tokens")


def check_cost(document: DocumentNode, settings: Settings) -> None:
    """Raise ``QueryTooDeep`` or ``QueryTooLarge`` for a document beyond the limits of ``settings``."""
    if len(document.definitions) > MOST_DEFINITIONS:
        raise QueryTooLarge(limit=MOST_DEFINITIONS, things="operations and fragments")
    if sum(isinstance(node, OperationDefinitionNode) for node in document.definitions) > MOST_OPERATIONS:
        raise QueryTooLarge(limit=MOST_OPERATIONS, things="operations")
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    walk = _Walk(fragments, settings.max_query_fields)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
            questions = walk.measure([node.selection_set], settings.max_query_depth)
            if isinstance(node, OperationDefinitionNode) and questions > settings.max_root_fields:
                raise QueryTooLarge(limit=settings.max_root_fields, things="fields at its root")


def fields_below(nodes: Iterable[FieldNode], fragments: Fragments, settings: Settings) -> int:
    """How many fields an answer to ``nodes`` holds for each entity found: itself and all that is selected below it."""
    return 1 + _Walk(fragments, settings.max_query_fields).weigh(_below(nodes))


def _below(fields: Iterable[FieldNode]) -> list[SelectionSetNode]:
    return [field.selection_set for field in fields if field.selection_set]
