"""What may be asked by an address: queries in whose arguments nobody can be named.

Every proxy on the way logs addresses, so a GET carries no text of the caller's own. Pure: takes a valid document; tells
whether any of its arguments could hold some, whatever values they have today.
"""

from typing import Any

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

WORDLESS = frozenset({"Boolean", "Date", "DateTime", "Float", "Int"})


def is_wordless(schema: GraphQLSchema, document: DocumentNode) -> bool:
    """Whether every argument is a number, a day, an instant, a truth or a name out of a list of the schema's own."""
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
        argument = self._info.get_argument()
        if argument is None or not _takes_no_text(get_named_type(argument.type)):
            self.are_wordless = False


def _takes_no_text(given: GraphQLNamedType) -> bool:
    if isinstance(given, GraphQLInputObjectType):
        return all(_takes_no_text(get_named_type(part.type)) for part in given.fields.values())
    return isinstance(given, GraphQLEnumType) or given.name in WORDLESS
