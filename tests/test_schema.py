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
    is_list_type,
    is_non_null_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from graphql_schema.schema import build_schema
from hub.catalog import EntityKind, Model
from hub.settings import Settings

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
    found = schema.get_type(owner)
    assert isinstance(found, GraphQLObjectType), owner
    held: GraphQLField = found.fields[name]
    return held


def test_no_list_holds_a_null(schema: GraphQLSchema) -> None:
    for name, field in output_fields(schema):
        inner: GraphQLOutputType = field.type
        while isinstance(inner, GraphQLNonNull | GraphQLList):
            if is_list_type(inner):
                assert is_non_null_type(inner.of_type), name
            inner = inner.of_type
