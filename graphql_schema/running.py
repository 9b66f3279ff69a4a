"""Run a plan: resolve its fields, show what they give, and null what fails, as the GraphQL specification has it.

Takes a plan, the values of its variables and the operation's context; gives what the GraphQL library would give for the
same operation, errors included. Fields that wait are awaited together, so that loaders see a whole level at once.
"""

from asyncio import gather
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from types import CoroutineType
from typing import Any

from graphql import ExecutionResult, FieldNode, FragmentDefinitionNode, GraphQLError, Undefined
from graphql.error import located_error
from graphql.execution.values import VariableValues, get_argument_values

from graphql_schema.plan import Coerce, Place, Plan, PlannedField, Show


class Info:
    """What a resolver may ask of the field it answers: the part of the GraphQL library's own that the schema uses."""

    __slots__ = ("_field", "_place", "_run")

    def __init__(self, run: "Run", field: PlannedField, place: Place) -> None:
        self._run = run
        self._field = field
        self._place = place

    @property
    def context(self) -> object:
        """The operation's context."""
        return self._run.context

    @property
    def field_name(self) -> str:
        """The name of the field in the schema."""
        return self._field.nodes[0].name.value

    @property
    def field_nodes(self) -> list[FieldNode]:
        """Where the document asks for the field."""
        return self._field.nodes

    @property
    def fragments(self) -> Mapping[str, FragmentDefinitionNode]:
        """The fragments of the document."""
        return self._run.plan.fragments

    @property
    def variable_values(self) -> Mapping[str, object]:
        """The values of the operation's variables."""
        return self._run.variables.coerced

    @property
    def path(self) -> "Info":
        """Where the field stands in the answer."""
        return self

    def as_list(self) -> list[str | int]:
        """The keys and indices that lead to the field."""
        return _path(self._place)

    @property
    def _raw_info(self) -> "Info":
        return self


class Run:
    """One run of a plan."""

    def __init__(self, plan: Plan, variables: VariableValues, context: object) -> None:
        self.plan = plan
        self.variables = variables
        self.context = context
        self._errors: list[GraphQLError] = []
        self._nulled: set[Place] = set()

    async def result(self) -> ExecutionResult:
        """What came of it."""
        try:
            data = self.fields(self.plan.fields, None, None)
            if isinstance(data, CoroutineType):
                data = await data
        except GraphQLError as error:
            self._note(error, None)
            data = None
        return ExecutionResult(data, self._errors or None)

    def fields(self, fields: Iterable[PlannedField], source: object, above: Place | None) -> Any:  # noqa: ANN401
        """The fields of an object, or what is to be awaited for them."""
        shown: dict[str, Any] = {}
        waiting: list[str] = []
        try:
            for field in fields:
                value = shown[field.key] = self._field(field, source, (above, field.key))
                if type(value) is CoroutineType:
                    waiting.append(field.key)
        except GraphQLError as error:
            return in_vain([shown[key] for key in waiting], error)
        return together(shown, waiting) if waiting else shown

    def _field(self, field: PlannedField, source: object, place: Place) -> Any:  # noqa: ANN401
        try:
            if field.attribute is not None:
                value = getattr(source, field.attribute)
            elif field.definition.args:
                arguments = get_argument_values(field.definition, field.nodes[0], self.variables)
                value = field.resolve(source, Info(self, field, place), **arguments)
            else:
                value = field.resolve(source, Info(self, field, place))
            if type(value) is CoroutineType:
                return self._later(field, value, place)
            if field.leaf and value is not None:
                return coerced(field.leaf, value)
        except Exception as error:  # noqa: BLE001 - whatever fails, fails this field
            return self._failed(field, error, place, required=field.required)
        return self.shown(field.show, field, value, place, required=field.required)

    async def _later(self, field: PlannedField, coming: Coroutine[Any, Any, object], place: Place) -> Any:  # noqa: ANN401
        try:
            value = await coming
        except Exception as error:  # noqa: BLE001
            return self._failed(field, error, place, required=field.required)
        shown = self.shown(field.show, field, value, place, required=field.required)
        return await shown if isinstance(shown, CoroutineType) else shown

    def shown(self, show: Show, field: PlannedField, value: object, place: Place, *, required: bool) -> Any:  # noqa: ANN401
        """A value as ``show`` has it, or what is to be awaited for it; null where that fails and it may be null."""
        if value is None:
            return self._failed(field, _missing(field), place, required=True) if required else None
        try:
            shown = show(self, field, value, place)
        except Exception as error:  # noqa: BLE001
            return self._failed(field, error, place, required=required)
        return self._awaited(field, shown, place, required) if type(shown) is CoroutineType else shown

    async def _awaited(
        self, field: PlannedField, shown: Coroutine[Any, Any, object], place: Place, required: bool
    ) -> Any:  # noqa: ANN401
        try:
            return await shown
        except Exception as error:  # noqa: BLE001
            return self._failed(field, error, place, required=required)

    def _failed(self, field: PlannedField, error: Exception, place: Place, *, required: bool) -> None:
        """Null what stands at a place, or, where it is ``required``, what stands above it."""
        located = located_error(error, field.nodes, _path(place))
        if required:
            raise located
        self._note(located, place)

    def _note(self, error: GraphQLError, place: Place | None) -> None:
        """Keep an error, unless what it is about is nulled already."""
        above = place
        while above is not None:
            if above in self._nulled:
                return
            above = above[0]
        if place is not None:
            self._nulled.add(place)
        self._errors.append(error)


def coerced(coerce: Coerce, value: object) -> object:
    """What JSON holds of a scalar or an enum."""
    shown = coerce(value)
    if shown is None or shown is Undefined:
        raise TypeError("a value has no form that its type allows")
    return shown


async def together(shown: dict[Any, Any], waiting: Sequence[Any]) -> dict[Any, Any]:
    """``shown`` once all of its values have come that are waited for; raises the first error, if there is one."""
    if len(waiting) == 1:
        shown[waiting[0]] = await shown[waiting[0]]
        return shown
    come = await gather(*(shown[key] for key in waiting), return_exceptions=True)
    for error in come:
        if isinstance(error, BaseException):
            raise error
    shown.update(zip(waiting, come, strict=True))
    return shown


def in_vain(waiting: Sequence[Coroutine[Any, Any, object]], error: GraphQLError) -> Any:  # noqa: ANN401
    """Raise ``error``, at once or, where others wait, once these have come to an end."""
    if not waiting:
        raise error
    return _after(waiting, error)


async def _after(waiting: Sequence[Coroutine[Any, Any, object]], error: GraphQLError) -> None:
    await gather(*waiting, return_exceptions=True)
    raise error


def _missing(field: PlannedField) -> TypeError:
    return TypeError(f"Cannot return null for non-nullable field {field.parent}.{field.nodes[0].name.value}.")


def _path(place: Place | None) -> list[str | int]:
    path: list[str | int] = []
    while place is not None:
        place, step = place
        path.append(step)
    return path[::-1]
