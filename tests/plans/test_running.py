"""What fails is nulled where the GraphQL specification says, whether it was waited for or not."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from warnings import catch_warnings

import pytest
import strawberry
from graphql import ExecutionResult, OperationDefinitionNode, execute, get_variable_values, parse
from hypothesis import given
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_schema.making import make_field, make_type
from graphql_schema.planning import Unplanned, plan
from graphql_schema.running import Run


class Thing:
    """An object whose every field turns out as a list of words says, one after the other."""


async def _later(value: object) -> object:
    await asyncio.sleep(0)
    return value


async def _fail_later() -> object:
    await asyncio.sleep(0)
    raise ValueError("it fails")


def _fail() -> object:
    raise ValueError("it fails")


OUTCOMES: Mapping[str, Callable[[object], Any]] = {
    "is there": lambda value: value,
    "fails": lambda _: _fail(),
    "is missing": lambda _: None,
}
LATER: Mapping[str, Callable[[object], Any]] = {
    "is there": _later,
    "fails": lambda _: _fail_later(),
    "is missing": lambda _: _later(None),
}


def _at_once(turns: Mapping[str, str], name: str, value: Callable[[], object]) -> Callable[..., Any]:
    def resolve(root: Any, info: strawberry.Info) -> Any:  # noqa: ANN401
        return OUTCOMES[turns[name]](value())

    return resolve


def _in_a_while(turns: Mapping[str, str], name: str, value: Callable[[], object]) -> Callable[..., Any]:
    async def resolve(root: Any, info: strawberry.Info) -> Any:  # noqa: ANN401
        return await LATER[turns[name]](value())

    return resolve


VALUES: Mapping[str, tuple[object, bool, Callable[[], object]]] = {
    "may": (str, True, lambda: "so"),
    "must": (str, False, lambda: "so"),
    "one": (Thing, True, Thing),
    "theOne": (Thing, False, Thing),
    "some": (list[Thing | None], True, lambda: [Thing(), None, Thing()]),
    "these": (list[Thing], True, lambda: [Thing(), Thing()]),
}
NAMES = [*VALUES, *(f"{name}Later" for name in VALUES)]
TURNS: dict[str, str] = dict.fromkeys(NAMES, "is there")


def _schema() -> strawberry.Schema:
    fields = {}
    for name, (kind, nullable, value) in VALUES.items():
        fields[name] = make_field(kind, _at_once(TURNS, name, value), name, nullable=nullable)
        late = f"{name}Later"
        fields[late] = make_field(kind, _in_a_while(TURNS, late, value), late, nullable=nullable)
    return strawberry.Schema(query=make_type(Thing, "Thing", "A thing.", fields))


SCHEMA = _schema()._schema  # noqa: SLF001 - a plan is made of the GraphQL library's own schema


LIBRARY_LEAVES_FIELDS = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
"""Where one field fails, the library cancels others before they have begun."""
IS_LEAF = {name: name.startswith(("may", "must")) for name in NAMES}


def selections(names: Sequence[str], level: int = 1) -> st.SearchStrategy[str]:
    """Selection sets of three levels at most."""
    parts: st.SearchStrategy[str] = st.sampled_from([name for name in names if IS_LEAF[name]])
    if level < 3:
        deeper = st.sampled_from([name for name in names if not IS_LEAF[name]])
        parts |= st.tuples(deeper, selections(names, level + 1)).map(" ".join)
    chosen = st.lists(parts, min_size=1, max_size=4, unique_by=lambda part: part.split()[0])
    return chosen.map(lambda fields: f"{{ {' '.join(fields)} }}")


async def by_plan(text: str) -> ExecutionResult:
    document = parse(text)
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    variables = get_variable_values(SCHEMA, [], {})
    assert not isinstance(variables, list)
    return await Run(plan(SCHEMA, document, operation, variables), variables, None).result()


async def by_library(text: str) -> ExecutionResult:
    result = execute(SCHEMA, parse(text), executor_class=StrawberryGraphQLCoreExecutionContext)
    return result if isinstance(result, ExecutionResult) else await result


def errors_of(result: ExecutionResult) -> list[tuple[object, str]]:
    return [(error.path, error.message) for error in result.errors or ()]


turns = st.fixed_dictionaries({name: st.sampled_from(["is there", "is there", *OUTCOMES]) for name in NAMES})


@given(text=selections(list(VALUES)), turned=turns)
async def test_what_fails_at_once_is_nulled_and_told_as_the_library_does(text: str, turned: dict[str, str]) -> None:
    TURNS.update(turned)
    found, expected = await by_plan(text), await by_library(text)
    assert (found.data, errors_of(found)) == (expected.data, errors_of(expected))


@LIBRARY_LEAVES_FIELDS
@given(text=selections(NAMES), turned=turns)
async def test_what_fails_in_a_while_is_nulled_as_the_library_does(text: str, turned: dict[str, str]) -> None:
    TURNS.update(turned)
    found, expected = await by_plan(text), await by_library(text)
    assert (found.data, bool(found.errors)) == (expected.data, bool(expected.errors))


@given(text=selections(NAMES), turned=turns)
async def test_whatever_fails_no_field_is_left_before_it_has_ended(text: str, turned: dict[str, str]) -> None:
    TURNS.update(turned)
    with catch_warnings(record=True, action="always") as left:
        await by_plan(text)
    assert left == []


@pytest.mark.parametrize("text", ["{ __schema { description } }", '{ __type(name: "Thing") { name } }'])
async def test_questions_about_the_schema_itself_have_no_plan(text: str) -> None:
    with pytest.raises(Unplanned):
        await by_plan(text)
