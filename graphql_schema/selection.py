"""Tell which governed items a selection asks for, so that the desk decides on exactly those.

Pure: takes the nodes of a document and the model; gives item paths. Skipped selections do not count; each fragment is
walked once per place it is spread in, so that fragments that double each other cost nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from hub.catalog import EntityKind, Item, Model, RecordType

ResolveInfo: TypeAlias = GraphQLResolveInfo[Any]


def items_asked(model: Model, kind: EntityKind, info: ResolveInfo, *steps: str) -> frozenset[str]:
    """The items of ``kind`` that the present field asks for, below the sub-fields ``steps``."""
    nodes: list[FieldNode] = list(info.field_nodes)
    for step in steps:
        nodes = [node for node in _fields(nodes, kind, info) if node.name.value == step]
    return frozenset(item for node in _fields(nodes, kind, info) for item in _items(model, kind, node, info))


def asks_for(info: ResolveInfo, name: str) -> bool:
    """Whether a field ``name`` is asked for anywhere below the present one."""
    nodes, seen = list(info.field_nodes), set[str]()
    for node in nodes:
        if node.selection_set:
            nodes.extend(_expanded(node.selection_set, None, info, seen))
    return any(node.name.value == name for node in nodes)


def _items(model: Model, kind: EntityKind, node: FieldNode, info: ResolveInfo) -> Iterator[str]:
    name = node.name.value
    record = model.records.get(name)
    if name == "provenance":
        asked = (model.merged[kind].get(field.name.value) for field in _fields([node], kind, info))
        yield from (name for item in asked if item for name in (item.name, *item.speakers))
    elif record and record.entity is kind:
        yield name
        for field in _fields([node], kind, info):
            if item := record.items.get(field.name.value):
                yield from _leaves(model, record, item, field, info)
    elif name in model.edges_of[kind]:
        yield from (name, *model.edges_of[kind][name].names)
    elif name in model.leaves[kind]:
        yield name


def _leaves(model: Model, record: RecordType, item: Item, node: FieldNode, info: ResolveInfo) -> Iterator[str]:
    """The leaves of one item of a record: the item, or those of its parts that are governed apart."""
    parts = [field.name.value for field in _fields([node], record.entity, info)] if node.selection_set else [""]
    for part in parts:
        path = f"{record.name}.{item.name}.{part}"
        yield model.leaf(record.entity, path) or path


def _fields(nodes: Iterable[FieldNode], kind: EntityKind, info: ResolveInfo) -> Iterator[FieldNode]:
    """The fields selected below ``nodes``, out of every fragment that applies to ``kind``."""
    seen: set[str] = set()
    for node in nodes:
        if node.selection_set:
            yield from _expanded(node.selection_set, kind, info, seen)


def _expanded(
    selections: SelectionSetNode, kind: EntityKind | None, info: ResolveInfo, seen: set[str]
) -> Iterator[FieldNode]:
    """The fields of a selection that concern ``kind``, or any kind for None."""
    for node in selections.selections:
        if not _included(node, info):
            continue
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            if node.type_condition is None or _applies(node.type_condition.name.value, kind):
                yield from _expanded(node.selection_set, kind, info, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            fragment = info.fragments[node.name.value]
            definition = getattr(fragment, "definition", fragment)
            if _applies(definition.type_condition.name.value, kind):
                yield from _expanded(definition.selection_set, kind, info, seen)


def _applies(condition: str, kind: EntityKind | None) -> bool:
    """Whether a fragment on the type ``condition`` concerns ``kind``: only one on the other kind does not."""
    return kind is None or all(condition != other.type_name for other in EntityKind if other is not kind)


def _included(node: SelectionNode, info: ResolveInfo) -> bool:
    """Whether neither ``@skip`` nor ``@include`` takes ``node`` out; the library has checked their arguments."""
    return all(
        _condition(directive, info) is (directive.name.value == "include")
        for directive in node.directives or ()
        if directive.name.value in ("include", "skip")
    )


def _condition(directive: DirectiveNode, info: ResolveInfo) -> bool:
    (argument,) = directive.arguments or ()
    if isinstance(argument.value, VariableNode):
        given: Mapping[str, object] = info.variable_values  # type: ignore[assignment] # Strawberry unwraps them
        return bool(given.get(argument.value.name.value))
    return isinstance(argument.value, BooleanValueNode) and argument.value.value
