"""Refuse a document that would cost too much before anything is read.

Each fragment is measured once, however often it is spread: fragments that double each other cost nothing to refuse.
"""

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationRule,
)

from graphql_schema.errors import error_extensions
from hub.errors import QueryTooDeep


def depth_limit(limit: int) -> type[ValidationRule]:
    """The rule that a document nests at most ``limit`` levels deep."""

    class DepthLimit(ValidationRule):
        """A document nests no deeper than the hub allows."""

        def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
            """Measure one operation."""
            if self._depth(node.selection_set, {}) > limit:
                error = QueryTooDeep(limit=limit)
                self.report_error(GraphQLError(error.message, node, extensions=error_extensions(error)))

        def _depth(self, selections: SelectionSetNode, known: dict[str, int]) -> int:
            """How many levels of fields lie in ``selections``; ``known`` holds the depth of fragments."""
            return max((self._depth_of(node, known) for node in selections.selections), default=0)

        def _depth_of(self, node: object, known: dict[str, int]) -> int:
            if isinstance(node, FieldNode):
                return 1 + (self._depth(node.selection_set, known) if node.selection_set else 0)
            if isinstance(node, FragmentSpreadNode):
                return self._fragment_depth(node.name.value, known)
            inner = getattr(node, "selection_set", None)
            return self._depth(inner, known) if inner else 0

        def _fragment_depth(self, name: str, known: dict[str, int]) -> int:
            if name not in known:
                known[name] = 0  # a fragment that spreads itself is refused by another rule
                fragment = self.context.get_fragment(name)
                known[name] = self._depth(fragment.selection_set, known) if fragment else 0
            return known[name]

    return DepthLimit
