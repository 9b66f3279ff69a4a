"""Tell which names the schema uses for itself, so that no model takes one.

Takes a model that is known to be sound; gives the names in its schema that are not the model's own.
"""

from graphql import GraphQLInterfaceType, GraphQLObjectType

from graphql_schema.schema import build_schema
from hub.catalog import EntityKind, Model, Reserved
from hub.settings import Settings


def reserved_names(model: Model, titles: frozenset[str]) -> Reserved:
    """The names that are taken whatever the model holds; ``titles`` are the columns that speak of lines."""
    types = build_schema(model, Settings())._schema.type_map  # noqa: SLF001 - Strawberry shows it to nobody else

    def fields(name: str) -> frozenset[str]:
        found = types.get(name)
        return frozenset(found.fields) if isinstance(found, GraphQLObjectType | GraphQLInterfaceType) else frozenset()

    named = {record.type for record in model.records.values()} | {edge.type for edge in model.edges}
    given = {name for kind in EntityKind for name in model.merged[kind]}
    given |= set(model.records) | {edge.name for edge in model.edges}
    shown = [record for record in model.records.values() if record.shown]
    return Reserved(
        types=frozenset(types) - named - set(model.shapes),
        entity_fields=frozenset().union(*(fields(kind.type_name) for kind in EntityKind)) - given,
        record_fields=frozenset.intersection(
            *(fields(record.type) - {item.name for item in record.shown} for record in shown)
        ),
        titles=titles,
    )
