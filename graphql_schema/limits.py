"""Refuse a document that would cost too much before it is validated, and weigh what an answer will hold.

Pure: takes the nodes of a document; raises the hub's own errors. A document is walked as it will be run, fields of one
name together and each fragment once where it is spread, and the walk itself ends at the limit: so neither fragments
that double each other nor fields named a thousand times cost anything to refuse.
"""

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
MOST_REPETITIONS = 20
"""Fields of one name in one place: the library compares each with each."""

Fragments = Mapping[str, FragmentDefinitionNode]


@dataclass
class _Walk:
    """One walk through a document; ``left`` is how many fields it may still meet."""

    fragments: Fragments
    left: int
    settings: Settings

    def measure(self, selections: Iterable[SelectionSetNode], level: int = 1) -> int:
        """How many different fields lie at one place of the answer, after all that lies below it was measured."""
        if level > self.settings.max_query_depth:
            raise QueryTooDeep(limit=self.settings.max_query_depth)
        places: dict[str, list[FieldNode]] = {}
        for field in self._fields(selections, set()):
            places.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
        for fields in places.values():
            if len(fields) > MOST_REPETITIONS:
                raise QueryTooLarge(limit=MOST_REPETITIONS, things="fields of one name in one place")
            if below := [field.selection_set for field in fields if field.selection_set]:
                self.measure(below, level + 1)
        return len(places)

    def _fields(self, selections: Iterable[SelectionSetNode], seen: set[str]) -> Iterator[FieldNode]:
        for node in (node for selection in selections for node in selection.selections):
            self.left -= 1
            if self.left < 0:
                raise QueryTooLarge(limit=self.settings.max_query_fields, things="fields")
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from self._fields([node.selection_set], seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                if fragment := self.fragments.get(node.name.value):
                    yield from self._fields([fragment.selection_set], seen)


def check_cost(document: DocumentNode, settings: Settings) -> None:
    """Raise ``QueryTooDeep`` or ``QueryTooLarge`` for a document beyond the limits of ``settings``."""
    if len(document.definitions) > MOST_DEFINITIONS:
        raise QueryTooLarge(limit=MOST_DEFINITIONS, things="operations and fragments")
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    walk = _Walk(fragments, settings.max_query_fields, settings)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
            questions = walk.measure([node.selection_set])
            if isinstance(node, OperationDefinitionNode) and questions > settings.max_root_fields:
                raise QueryTooLarge(limit=settings.max_root_fields, things="fields at its root")


def fields_below(nodes: Iterable[FieldNode], fragments: Fragments) -> int:
    """How many fields an answer to ``nodes`` holds for each entity found: themselves and all that is selected below."""
    return sum(1 + sum(_below(node.selection_set, fragments, {})) for node in nodes)


def _below(selections: SelectionSetNode | None, fragments: Fragments, known: dict[str, int]) -> Iterator[int]:
    for node in selections.selections if selections else ():
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in known:
                known[name] = sum(_below(fragments[name].selection_set, fragments, known))
            yield known[name]
        elif isinstance(node, FieldNode | InlineFragmentNode):
            yield from _below(node.selection_set, fragments, known)
            yield int(isinstance(node, FieldNode))
