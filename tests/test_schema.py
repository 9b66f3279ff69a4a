"""The schema that is committed is the schema that is served, and it explains itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from graphql_schema.schema import build_schema
from hub.catalog import EntityKind, Model
from hub.settings import Settings
from tests.documents import code, read, section, table

COMMITTED = Path(__file__).parents[1] / "schema.graphql"


@pytest.fixture(scope="module")
def schema(model: Model) -> GraphQLSchema:
    built: GraphQLSchema = build_schema(model, Settings())._schema  # noqa: SLF001
    return built


def described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Everything in the schema that a reader meets, by name, with its description."""
    for name, found in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(found):
            continue
        yield name, found.description
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType):
            for field, held in found.fields.items():
                yield f"{name}.{field}", held.description
                yield from ((f"{name}.{field}({key})", argument.description) for key, argument in held.args.items())
        elif isinstance(found, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", part.description) for field, part in found.fields.items())
        elif isinstance(found, GraphQLEnumType):
            yield from ((f"{name}.{value}", choice.description) for value, choice in found.values.items())
    yield from (
        (f"@{found.name}", found.description) for found in schema.directives if not is_specified_directive(found)
    )


def output_fields(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLField]]:
    for name, found in schema.type_map.items():
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
            yield from ((f"{name}.{field}", held) for field, held in found.fields.items())


def test_the_committed_schema_is_the_one_that_is_served(model: Model) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == build_schema(model, Settings()).as_str() + "\n", "run `make schema`"


def test_everything_in_the_schema_is_described(schema: GraphQLSchema) -> None:
    silent = [name for name, description in described(schema) if not (description or "").strip()]
    assert silent == []


def test_names_are_written_as_graphql_writes_them(schema: GraphQLSchema) -> None:
    forms = {"type": r"[A-Z][A-Za-z0-9]*", "field": r"[a-z][A-Za-z0-9]*", "value": r"[A-Z][A-Z0-9_]*"}
    for name, _ in described(schema):
        type_name, _, member = name.lstrip("@").partition(".")
        kind = "value" if isinstance(schema.get_type(type_name), GraphQLEnumType) else "field"
        if not name.startswith("@"):
            assert re.fullmatch(forms["type"], type_name), name
        for part in re.split(r"[()]", member) if member else ():
            assert not part or re.fullmatch(forms[kind], part), name


def test_every_governed_item_may_be_null(schema: GraphQLSchema, model: Model) -> None:
    for kind in EntityKind:
        for leaf in model.leaves[kind]:
            owner = kind.type_name
            first, *more = leaf.split(".")
            assert not is_non_null_type(_field(schema, owner, first).type), leaf
            if more:
                assert not is_non_null_type(_field(schema, model.records[first].type, more[0]).type), leaf


def _field(schema: GraphQLSchema, owner: str, name: str) -> GraphQLField:
    held: GraphQLField = _object(schema, owner).fields[name]
    return held


def _object(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    found = schema.get_type(name)
    assert isinstance(found, GraphQLObjectType), name
    return found


def test_no_list_holds_a_null(schema: GraphQLSchema) -> None:
    for name, field in output_fields(schema):
        inner: GraphQLOutputType = field.type
        while isinstance(inner, GraphQLNonNull | GraphQLList):
            if is_list_type(inner):
                assert is_non_null_type(inner.of_type), name
            inner = inner.of_type


def test_every_description_begins_as_a_sentence_does(schema: GraphQLSchema) -> None:
    assert [name for name, text in described(schema) if text and not re.match(r"[A-Z\d\u4e00-\u9fff]", text)] == []


def test_no_name_repeats_what_the_schema_says_already(schema: GraphQLSchema) -> None:
    """No field begins with its type's name, no type ends in its kind, no root field says that it gets or queries."""
    repeated = {
        name
        for name, _ in output_fields(schema)
        if name.partition(".")[2].lower().startswith(name.partition(".")[0].lower())
    }
    repeated |= {
        name
        for name in schema.type_map
        if not name.startswith("__") and name.endswith(("Type", "Enum", "Interface", "Union"))
    }
    repeated |= {
        name for name, _ in output_fields(schema) if re.match(r"(Query|Mutation|Subscription)\.(get|query)[A-Z]", name)
    }
    excepted = {code(row[0]) for row in table(section(read("docs/schema.md"), "## Exceptions · 例外"), "name")}
    assert repeated == excepted


def test_what_is_deprecated_says_what_to_use_instead(schema: GraphQLSchema) -> None:
    reasons = [held.deprecation_reason for _, held in output_fields(schema) if held.deprecation_reason is not None]
    assert all(reason.strip() and reason != "No longer supported" for reason in reasons)


def test_pages_are_connections_as_relay_wants_them(schema: GraphQLSchema) -> None:
    shapes = {
        "PageInfo": {
            "hasNextPage": "Boolean!",
            "hasPreviousPage": "Boolean!",
            "startCursor": "String",
            "endCursor": "String",
        }
    }
    connections = [name for name in schema.type_map if name.endswith("Connection")]
    for name in connections:
        edge = f"{name.removesuffix('Connection')}Edge"
        shapes[name] = {"edges": f"[{edge}!]!", "pageInfo": "PageInfo!"}
        shapes[edge] = {"cursor": "String!"}
        assert "node" in _object(schema, edge).fields
    for name, fields in shapes.items():
        told = {field: str(held.type) for field, held in _object(schema, name).fields.items()}
        assert fields.items() <= told.items(), name
    paged = {name: held for name, held in output_fields(schema) if get_named_type(held.type).name in connections}
    assert paged
    for name, held in paged.items():
        assert {"first": "Int!", "after": "String"}.items() <= {
            key: str(argument.type) for key, argument in held.args.items()
        }.items(), name


def test_every_type_is_led_to_by_a_question(schema: GraphQLSchema) -> None:
    roots = [schema.query_type, schema.mutation_type, schema.subscription_type]
    reached = {root.name for root in roots if root}
    ahead = list(reached)
    while ahead:
        new = set(_named_by(schema, ahead.pop())) - reached
        reached |= new
        ahead += new
    assert {name for name in schema.type_map if not name.startswith("__")} - reached <= {"String", "Boolean"}


def _named_by(schema: GraphQLSchema, name: str) -> Iterator[str]:
    """The types that a type leads to: of its fields and their arguments, and of what implements or belongs to it."""
    found = schema.type_map[name]
    if isinstance(found, GraphQLObjectType | GraphQLInterfaceType):
        for held in found.fields.values():
            yield from (get_named_type(one.type).name for one in (held, *held.args.values()))
    elif isinstance(found, GraphQLInputObjectType):
        yield from (get_named_type(part.type).name for part in found.fields.values())
    if is_abstract_type(found):
        yield from (possible.name for possible in schema.get_possible_types(found))
