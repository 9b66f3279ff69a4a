"""What an operation is worth in points, worked out before it is run: one for each field that its answer may hold.

Pure. Takes an operation, its fragments and the values of its variables; gives the points. A field with a list of keys
or with `first` counts as often as these say, and so does all below it; what is not paged counts once. The document was
found within the limits before, so the walk is short.
"""

from collections.abc import Iterable, Mapping

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from graphql_schema.limits import Fragments

PAGED = frozenset({"first", "last"})
MOST_POINTS = 1_000_000_000
"""More is not told apart: nobody has a budget for it."""

Variables = Mapping[str, object]


def points_of(operation: OperationDefinitionNode, fragments: Fragments, variables: Variables) -> int:
    """The points of an operation; at least one."""
    return max(1, min(_points(operation.selection_set, fragments, variables, set()), MOST_POINTS))


def size_of(value: object) -> tuple[str, int] | None:
    """All that points depend on in the value of a variable: how long a list is, or how large a number."""
    if isinstance(value, list | tuple):
        return "list", len(value)
    return ("number", value) if isinstance(value, int) else None


def _points(selections: SelectionSetNode, fragments: Fragments, variables: Variables, seen: set[str]) -> int:
    """The points of one place in the answer; a fragment that is spread there again adds nothing."""
    points = 0
    for node in selections.selections:
        if isinstance(node, FieldNode):
            below = _points(node.selection_set, fragments, variables, set()) if node.selection_set else 0
            points += _times(node, variables) * (1 + below)
        elif isinstance(node, InlineFragmentNode):
            points += _points(node.selection_set, fragments, variables, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            if fragment := fragments.get(node.name.value):
                points += _points(fragment.selection_set, fragments, variables, seen)
    return min(points, MOST_POINTS)


def _times(field: FieldNode, variables: Variables) -> int:
    """How many things a field may give: the keys of its longest list, or those of a page."""
    return max((1, *_sizes(field, variables)))


def _sizes(field: FieldNode, variables: Variables) -> Iterable[int]:
    for argument in field.arguments or ():
        value = _value(argument.value, variables)
        if isinstance(value, list | tuple):
            yield len(value)
        elif argument.name.value in PAGED and isinstance(value, int):
            yield value


def _value(node: ValueNode, variables: Variables) -> object:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    if isinstance(node, ListValueNode):
        return node.values
    return int(node.value) if isinstance(node, IntValueNode) else None
