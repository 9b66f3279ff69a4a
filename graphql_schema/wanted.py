"""Write the query that answers an export: for keys or for ids, of the items that it names by their paths.

Pure: takes the schema's types, the model and an order; gives the text of a query. A path that ends before a value asks
for all below it but for other entities, of which it asks for the id.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
    parse,
)

from graphql_schema.limits import check_cost, check_tokens
from hub.catalog import EntityKind, Model
from hub.errors import InvalidArgument
from hub.exports import Order
from hub.settings import Settings

MOST_ITEMS = 200

Tree = dict[str, "Tree"]
"""What is asked for, by steps; nothing below a step asks for all of it."""


class Question(NamedTuple):
    """A field that answers several keys: its argument, the type of that, and the step to the entity in each answer."""

    field: str
    argument: str
    keys: str
    step: str


BY_KEY = {
    EntityKind.NATURAL_PERSON: Question("naturalPersons", "idNumbers", "[IdNumber!]!", "naturalPerson"),
    EntityKind.LEGAL_ENTITY: Question("legalEntities", "creditCodes", "[CreditCode!]!", "legalEntity"),
}
BY_ID = Question("entities", "ids", "[ID!]!", "entity")
_SAYS_WHY = frozenset({"source", "alsoSaidBy", "absences"})
"""Fields of records and ties that tell where they come from, and why values are null."""


def check_order(types: GraphQLSchema, model: Model, order: Order, settings: Settings) -> None:
    """Raise unless the items of an order can be asked for, within the limits of any query."""
    if not order.items or len(order.items) > MOST_ITEMS:
        raise InvalidArgument(name="items", problem=f"name at least one and at most {MOST_ITEMS}")
    text = query_text(types, model, order, by_id=False)
    check_tokens(text, settings.max_query_tokens)
    check_cost(parse(text), settings)


def query_text(types: GraphQLSchema, model: Model, order: Order, *, by_id: bool) -> str:
    """The query that answers keys of an order, or ids."""
    kind = order.kind
    entity = f"id version {_Wanted(types, model, kind, provenance=order.provenance).selection(order.items)}"
    question = BY_ID if by_id else BY_KEY[kind]
    entity = f"... on {kind.type_name} {{ {entity} }}" if by_id else entity
    answer = f"outcome problem {question.step} {{ {entity} }}"
    asked = f"{question.field}({question.argument}: $keys, asOf: $asOf) {{ {answer} }}"
    return f"query Export($keys: {question.keys}, $asOf: AsOf) {{ {asked} }}"


class _Wanted:
    """Writes selections of entities of one kind."""

    def __init__(self, schema: GraphQLSchema, model: Model, kind: EntityKind, *, provenance: bool) -> None:
        self._schema = schema
        self._kind = kind
        self._top = {*model.merged[kind], *model.edges_of[kind], *(one.name for one in model.records_of(kind))}
        self._provenance = provenance

    def selection(self, items: Iterable[str]) -> str:
        """The selection of some items; raises ``InvalidArgument`` for a path that leads to none."""
        entity = self._object(self._kind.type_name)
        tree = _tree(items)
        fields = [self._field(entity, name, below, name) for name, below in tree.items()]
        return " ".join([*fields, *self._reasons(entity, tree)])

    def _reasons(self, entity: GraphQLObjectType, tree: Tree) -> Iterator[str]:
        """What tells why each merged item has its value, where that is asked for."""
        told = self._object(f"{entity.name}Provenance").fields
        if self._provenance and (named := [name for name in tree if name in told]):
            yield "provenance {" + " ".join(name + self._whole(told[name]) for name in named) + "}"

    def _field(self, parent: GraphQLObjectType, name: str, below: Tree, path: str) -> str:
        if name not in (self._top if path == name else parent.fields) or name not in parent.fields:
            raise InvalidArgument(name="items", problem=f"{self._kind.type_name} has no item {path[:60]}")
        field = parent.fields[name]
        if not below:
            return name + self._whole(field)
        inner = get_named_type(field.type)
        if not isinstance(inner, GraphQLObjectType) or self._is_entity(inner):
            raise InvalidArgument(name="items", problem=f"{self._kind.type_name} has nothing below {path[:60]}")
        fields = [self._field(inner, step, rest, f"{path}.{step}") for step, rest in below.items()]
        fields += [f"{why}{self._whole(inner.fields[why])}" for why in sorted(_SAYS_WHY) if self._tells(inner, why)]
        return f"{name} {{ {' '.join(dict.fromkeys(fields))} }}"

    def _tells(self, parent: GraphQLObjectType, name: str) -> bool:
        return self._provenance and name in parent.fields

    def _whole(self, field: GraphQLField) -> str:
        """All below a field."""
        inner = get_named_type(field.type)
        if not isinstance(inner, GraphQLObjectType | GraphQLInterfaceType):
            return ""
        if self._is_entity(inner):
            return " { id }"
        fields = (name + self._whole(one) for name, one in self._shown(inner.fields).items())
        return f" {{ {' '.join(fields)} }}"

    def _shown(self, fields: Mapping[str, GraphQLField]) -> dict[str, GraphQLField]:
        return {
            name: field
            for name, field in fields.items()
            if (self._provenance or name not in _SAYS_WHY) and not any(map(is_required_argument, field.args.values()))
        }

    def _is_entity(self, shown: GraphQLObjectType | GraphQLInterfaceType) -> bool:
        return shown.name in {"Node", "Entity", *(kind.type_name for kind in EntityKind)}

    def _object(self, name: str) -> GraphQLObjectType:
        found = self._schema.get_type(name)
        assert isinstance(found, GraphQLObjectType)  # noqa: S101 - the schema is made so
        return found


def _tree(items: Iterable[str]) -> Tree:
    """Paths by their steps; one that lies under another, which asks for all of it, adds nothing."""
    tree: Tree = {}
    paths = list(dict.fromkeys(items))
    for path in paths:
        if not any(path.startswith(f"{other}.") for other in paths):
            place = tree
            for step in path.split("."):
                place = place.setdefault(step, {})
    return tree
