"""Documents as callers might write them: every feature of the language, over every field of the schema.

Drawn by Hypothesis from the schema itself; most are valid, some are refused, and many fail in the middle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st

DEEPEST = 5
MOST_BESIDE = 5
MANY = 40
"""Once a document has so many fields, it goes no deeper."""
VARYING = {"asOf", "catalog", "registers", "webhooks"}
"""Fields that are answered otherwise at every call, or at great length."""
VARIABLES = {
    "yes": "Boolean = true",
    "no": "Boolean! = false",
    "person": "IdNumber!",
    "people": "[IdNumber!]!",
    "firm": "CreditCode!",
    "firms": "[CreditCode!]!",
    "node": "ID!",
    "number": "String!",
    "moment": "AsOf",
}
ARGUMENTS: Mapping[str, Sequence[str]] = {
    "idNumber": ["$person", "$person", '"misspelt"'],
    "idNumbers": ["$people", "[]"],
    "creditCode": ["$firm", "$firm", '"misspelt"'],
    "creditCodes": ["$firms"],
    "scheme": ["ID_NUMBER", "CREDIT_CODE", "PASSPORT"],
    "value": ["$number", '"misspelt"'],
    "id": ["$node", "$node", '"nobody"'],
    "asOf": ["$moment", "{version: 1}", "{version: 1000}"],
    "name": ['"王"', '"公司"', '""'],
    "from": ["1", "2"],
    "to": ["1", "2"],
    "first": ["1", "3", "0"],
    "history": ["true", "false"],
}
"""What arguments of each name may be given."""
_Draw = Any


@dataclass(frozen=True)
class Question:
    """A document, the operation that is to be run, and which of its conditions hold."""

    text: str
    operation: str | None
    conditions: Mapping[str, bool]


@dataclass
class _Document:
    """A document being written."""

    draw: _Draw
    schema: GraphQLSchema
    fragments: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    fields: int = 0

    def operation(self, name: str) -> str:
        """An operation that declares the variables it uses."""
        assert self.schema.query_type
        self.used = set()
        selection = self._selection(self.schema.query_type, 1)
        declared = ", ".join(f"${name}: {VARIABLES[name]}" for name in sorted(self.used))
        return f"query {name}{f'({declared})' if declared else ''} {selection}"

    def _selection(self, parent: GraphQLObjectType | GraphQLInterfaceType, level: int) -> str:
        names = [name for name in parent.fields if name not in VARYING and self._fits(parent.fields[name], level)]
        if not names:
            return "{ __typename }"
        chosen = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=MOST_BESIDE))
        return f"{{ {' '.join(self._part(parent, name, level) for name in chosen)} }}"

    def _fits(self, definition: GraphQLField, level: int) -> bool:
        """Whether a field can be given its arguments, and goes no deeper than it may."""
        needed = (name for name, one in definition.args.items() if isinstance(one.type, GraphQLNonNull))
        deeper = level < DEEPEST and self.fields < MANY
        return all(name in ARGUMENTS for name in needed) and (deeper or is_leaf_type(get_named_type(definition.type)))

    def _part(self, parent: GraphQLObjectType | GraphQLInterfaceType, name: str, level: int) -> str:
        """A field, alone or inside a fragment, perhaps under a condition, or the type's name in its place."""
        form = self.draw(st.integers(0, 11))
        if form == 0:
            return "__typename"
        if form == 1 and isinstance(parent, GraphQLInterfaceType):
            possible = self.draw(st.sampled_from(self.schema.get_possible_types(parent)))
            return f"... on {possible.name} {self._selection(possible, level)}"
        text = self._field(name, parent.fields[name], level)
        if form in (2, 3):
            return f"... {f'on {parent.name}' if form == 2 else ''} {self._condition()} {{ {text} }}"
        if form == 4:
            self.fragments.append(f"fragment F{len(self.fragments)} on {parent.name} {{ {text} }}")
            return f"...F{len(self.fragments) - 1} {self._condition()}"
        return text

    def _field(self, name: str, definition: GraphQLField, level: int) -> str:
        self.fields += 1
        given = {
            key: self._value(key)
            for key, one in definition.args.items()
            if key in ARGUMENTS and (isinstance(one.type, GraphQLNonNull) or self.draw(st.booleans()))
        }
        arguments = f"({', '.join(f'{key}: {value}' for key, value in given.items())})" if given else ""
        if given or self.draw(st.integers(0, 4)) == 0:
            name = f"a{self.fields}: {name}"
        below = get_named_type(definition.type)
        selection = (
            self._selection(below, level + 1) if isinstance(below, GraphQLObjectType | GraphQLInterfaceType) else ""
        )
        return f"{name}{arguments} {self._condition()} {selection}"

    def _value(self, argument: str) -> str:
        value: str = self.draw(st.sampled_from(ARGUMENTS[argument]))
        return self._using(value)

    def _condition(self) -> str:
        directive = self.draw(st.sampled_from(["", "", "", "", "@skip", "@include"]))
        if not directive:
            return ""
        return f"{directive}(if: {self._using(self.draw(st.sampled_from(['true', 'false', '$yes', '$no'])))})"

    def _using(self, value: str) -> str:
        if value.startswith("$"):
            self.used.add(value[1:])
        return value


@st.composite
def questions(draw: _Draw, schema: GraphQLSchema) -> Question:
    """A question to ``schema``."""
    document = _Document(draw, schema)
    operations = [document.operation(f"Q{place}") for place in range(draw(st.integers(1, 2)))]
    named = draw(st.sampled_from(["Q0", "Q1", None]))
    conditions = draw(st.fixed_dictionaries({}, optional={"yes": st.booleans(), "no": st.booleans()}))
    return Question("\n".join([*operations, *document.fragments]), named, conditions)
