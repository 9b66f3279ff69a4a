"""What may be asked by an address: queries in whose arguments nobody can be named.

Every proxy on the way logs addresses, so a GET carries no text of the caller's own. A cursor is the hub's, and tells
nothing to whoever reads it. Pure: takes a valid document; tells whether any of its arguments could hold a text of the
caller's, whatever values they have today.
"""

from typing import Any

from graphql import (
    DocumentNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

CURSOR, PAGE = "after", "pageInfo"
"""What the argument with a cursor is called, and a field that every page of a list has."""
WORDLESS = frozenset({"Boolean", "Date", "DateTime", "Float", "Int"})


def is_wordless(schema: GraphQLSchema, document: DocumentNode) -> bool:
    """Whether every argument is a number, a day, an instant, a truth, a cursor or a name of the schema's own."""
    info = TypeInfo(schema)
    arguments = _Arguments(info)
    visit(document, TypeInfoVisitor(info, arguments))
    return arguments.are_wordless


class _Arguments(Visitor):
    """Notes whether an argument is met that takes text."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.are_wordless = True
        self._info = info

    def enter_argument(self, *_: Any) -> None:  # noqa: ANN401
        """Look at one argument."""
        field, argument = self._info.get_field_def(), self._info.get_argument()
        if argument is None or not (_goes_on(field, argument) or _takes_no_text(get_named_type(argument.type))):
            self.are_wordless = False


def _goes_on(field: GraphQLField | None, argument: GraphQLArgument) -> bool:
    """Whether an argument is the cursor from which a page of a list goes on."""
    if field is None or field.args.get(CURSOR) is not argument:
        return False
    page = get_named_type(field.type)
    return isinstance(page, GraphQLObjectType) and PAGE in page.fields


def _takes_no_text(given: GraphQLNamedType) -> bool:
    if isinstance(given, GraphQLInputObjectType):
        return all(_takes_no_text(get_named_type(part.type)) for part in given.fields.values())
    return isinstance(given, GraphQLEnumType) or given.name in WORDLESS
