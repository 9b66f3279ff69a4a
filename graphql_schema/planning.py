"""Plan an operation: which fields its answer has, and how each is resolved and shown.

Takes a valid document and the values of its variables, of which only those matter that decide on a `@skip` or an
`@include`; gives a plan, or raises ``Unplanned`` for what the GraphQL library has to run itself. Knows no entity.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeNameMetaFieldDef,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_non_null_type,
    is_object_type,
    is_scalar_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from graphql_schema.plan import Coerce, Plan, PlannedField, Resolve, Show
from graphql_schema.showing import show_few, show_items, show_leaf, show_object, show_one_of

_Asked = Mapping[str, list[FieldDetails]]
"""The fields that are asked for in one place, by their keys in the answer."""


class Unplanned(Exception):
    """No plan serves the operation: it changes something, follows something or asks about the schema itself."""


def plan(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: VariableValues
) -> Plan:
    """The plan of an operation of ``document``."""
    if operation.operation is not OperationType.QUERY or schema.query_type is None:
        raise Unplanned
    planner = _Planner(schema, document, operation, variables)
    return Plan(planner.root(schema.query_type), planner.fragments)


class _Planner:
    """One operation being planned."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: VariableValues,
    ) -> None:
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._schema = schema
        self._operation = operation
        self._variables = variables
        self._details = {name: FragmentDetails(node) for name, node in self.fragments.items()}

    def root(self, query: GraphQLObjectType) -> tuple[PlannedField, ...]:
        """The fields of the operation itself."""
        collected = collect_fields(self._schema, self._details, self._variables, query, self._operation)
        return tuple(self._fields(query, collected.grouped_field_set))

    def _below(self, parent: GraphQLObjectType, details: list[FieldDetails]) -> tuple[PlannedField, ...]:
        """The fields of an object of type ``parent`` where ``details`` ask for one."""
        collected = collect_subfields(self._schema, self._details, self._variables, self._operation, parent, details)
        return tuple(self._fields(parent, collected.grouped_field_set))

    def _fields(self, parent: GraphQLObjectType, asked: _Asked) -> Iterator[PlannedField]:
        for key, details in asked.items():
            definition = self._schema.get_field(parent, details[0].node.name.value)
            if definition is TypeNameMetaFieldDef:
                attribute, resolve = None, _naming(parent)
            elif definition is None or definition not in parent.fields.values():
                raise Unplanned
            else:
                attribute, resolve = _resolution(definition)
            yield PlannedField(
                key=key,
                parent=parent.name,
                nodes=[one.node for one in details],
                definition=definition,
                attribute=attribute,
                resolve=resolve,
                required=is_non_null_type(definition.type),
                leaf=_coercion(definition.type),
                show=self._show(definition.type, details),
            )

    def _show(self, shown: GraphQLOutputType, details: list[FieldDetails]) -> Show:
        """What completes a value of a type that is not null."""
        if isinstance(shown, GraphQLNonNull):
            return self._show(shown.of_type, details)
        if isinstance(shown, GraphQLList):
            return show_items(self._show(shown.of_type, details), required=is_non_null_type(shown.of_type))
        if coerce := _coercion(shown):
            return show_leaf(coerce)
        if is_abstract_type(shown):
            return show_one_of(self._possible(self._schema.get_possible_types(shown), details))
        if not is_object_type(shown):
            raise Unplanned
        fields = self._below(shown, details)
        return show_few(fields) if _comes_again(shown, fields) else show_object(fields)

    def _possible(
        self, types: Iterable[GraphQLObjectType], details: list[FieldDetails]
    ) -> list[tuple[Resolve, tuple[PlannedField, ...]]]:
        """What tells values of each type, and the fields of these."""
        possible = [(one.is_type_of, self._below(one, details)) for one in types if one.is_type_of]
        if len(possible) < len(list(types)):
            raise Unplanned
        return possible


def _coercion(shown: GraphQLOutputType) -> Coerce | None:
    """What coerces the values of a type, if it is a scalar or an enum, null or not."""
    named = shown.of_type if isinstance(shown, GraphQLNonNull) else shown
    return named.coerce_output_value if is_leaf_type(named) else None


def _comes_again(shown: GraphQLObjectType, fields: Iterable[PlannedField]) -> bool:
    """Whether a type has few values, and ``fields`` show nothing but what these hold."""
    written = shown.extensions.get("strawberry-definition")
    origin = written.origin if isinstance(written, StrawberryObjectDefinition) else None
    return getattr(origin, "is_one_of_few", False) and all(field.attribute and field.leaf for field in fields)


def _naming(parent: GraphQLObjectType) -> Resolve:
    return lambda source, info: parent.name


def _resolution(definition: GraphQLField) -> tuple[str | None, Resolve]:
    """The attribute that a field shows, where that is all it does; and the function that resolves it.

    What Strawberry wraps around a function only matters where there are arguments to convert.
    """
    written = definition.extensions.get("strawberry-definition")
    if not isinstance(written, StrawberryField) or definition.resolve is None:
        raise Unplanned
    if written.base_resolver is None:
        return written.python_name, definition.resolve
    own, taken = written.base_resolver.wrapped_func, tuple(written.base_resolver.signature.parameters)
    if written.extensions or not callable(own):
        return None, definition.resolve
    if definition.args:
        names = [argument.python_name for argument in written.arguments]
        return None, _direct(definition, own, dict(zip(definition.args, names, strict=True)), taken)
    return None, own if taken == ("root", "info") else definition.resolve


def _direct(definition: GraphQLField, own: Resolve, names: Mapping[str, str], taken: Collection[str]) -> Resolve:
    """Calls the function of a field itself; by Strawberry where there is more to convert than names of arguments."""
    by_strawberry = definition.resolve or own
    plain = {name for name, argument in definition.args.items() if is_scalar_type(get_named_type(argument.type))}

    def resolve(source: object, info: object, **given: object) -> Any:  # noqa: ANN401
        if any(value is not None and name not in plain for name, value in given.items()):
            return by_strawberry(source, info, **given)
        renamed = {names[name]: value for name, value in given.items()}
        return own(root=source, info=info, **renamed) if "root" in taken else own(info=info, **renamed)

    return resolve
