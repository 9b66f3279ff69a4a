"""The columns of an export's rows: what the query gives that answers it, in types of Arrow.

Pure: takes the schema's types and the text of a query as ``wanted.py`` writes it. A column bears the name of a field;
an object is a struct, a list of records a list of structs. Every column may be null, for what is not given is.
"""

from collections.abc import Mapping, Sequence

from arro3.core import DataType, Field, Schema
from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    parse,
)

_TEXT = DataType.string()
_SCALARS: Mapping[str, DataType] = {
    "Boolean": DataType.bool(),
    "Int": DataType.int64(),
    "Float": DataType.float64(),
    "Date": DataType.date32(),
    "DateTime": DataType.timestamp("us", tz="UTC"),
}
"""What is no text; identifiers, enum values and partial dates are."""
_REFUSED = DataType.map(Field("key", _TEXT, nullable=False), Field("value", _TEXT), keys_sorted=False)


def columns_of(types: GraphQLSchema, text: str) -> Schema:
    """The columns of the rows that a query answers: the key, its outcome, what it shows, and what was refused."""
    (query,) = parse(text).definitions
    assert isinstance(query, OperationDefinitionNode) and types.query_type  # noqa: S101, PT018 - it is written so
    (answers,) = _below(types.query_type, [query.selection_set]).values()
    *outcome, entity = _fields(*answers)
    return Schema([Field("key", _TEXT), *outcome, *entity.type.fields, Field("refused", _REFUSED)])


def _fields(shown: GraphQLOutputType, asked: Sequence[SelectionSetNode]) -> list[Field]:
    """The columns of an object."""
    return [Field(name, _type(*below)) for name, below in _below(get_named_type(shown), asked).items()]


def _type(shown: GraphQLOutputType, asked: Sequence[SelectionSetNode]) -> DataType:
    """The type of a column."""
    if isinstance(shown, GraphQLNonNull):
        return _type(shown.of_type, asked)
    if isinstance(shown, GraphQLList):
        return DataType.list(Field("item", _type(shown.of_type, asked)))
    return DataType.struct(_fields(shown, asked)) if asked else _SCALARS.get(get_named_type(shown).name, _TEXT)


def _below(
    shown: GraphQLNamedType, asked: Sequence[SelectionSetNode]
) -> dict[str, tuple[GraphQLOutputType, list[SelectionSetNode]]]:
    """The fields that are asked of an object, each with its type and what is asked of it in turn."""
    assert isinstance(shown, GraphQLObjectType | GraphQLInterfaceType)  # noqa: S101 - the query is valid
    fields: dict[str, tuple[GraphQLOutputType, list[SelectionSetNode]]] = {}
    for node in (node for one in asked for node in one.selections):
        assert isinstance(node, FieldNode)  # noqa: S101 - it is written without fragments
        name = node.name.value
        _, below = fields.setdefault(name, (shown.fields[name].type, []))
        below += [node.selection_set] if node.selection_set else []
    return fields
