"""Put the schema together from the model, and run documents against it."""

from collections.abc import AsyncGenerator, Mapping
from functools import partial
from inspect import isawaitable
from typing import Any, cast

import strawberry
from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute,
    get_operation_ast,
    get_variable_values,
    subscribe,
)
from graphql.execution.values import VariableValues
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_schema.context import OperationContext
from graphql_schema.documents import Document, Documents, InvalidDocuments
from graphql_schema.entities import EntityTypes
from graphql_schema.introspection import check_introspection
from graphql_schema.mutation import Mutation
from graphql_schema.query import build_query
from graphql_schema.running import Run
from graphql_schema.subscription import Subscription
from graphql_schema.values import SCALARS
from hub.catalog import EntityKind, Model
from hub.desk.entry import note_document
from hub.errors import BadRequest, PostOnly
from hub.settings import Settings

MOST_ERRORS = 20


class HubSchema(strawberry.Schema):
    """The schema of a model; ``ask`` runs a document by the GraphQL library itself.

    Strawberry's own way to run one logs every error with the arguments that were given.
    """

    def __init__(self, settings: Settings, **parts: Any) -> None:  # noqa: ANN401
        super().__init__(**parts)
        self._settings = settings
        self._documents = Documents(self._schema, settings)

    @property
    def types(self) -> GraphQLSchema:
        """The types, as the GraphQL library has them."""
        return self._schema

    async def ask(
        self, text: str, variables: Mapping[str, object] | None, operation_name: str | None, context: OperationContext
    ) -> ExecutionResult:
        """The result of one operation; raises for a document beyond the limits."""
        try:
            document = self._documents.prepare(text)
        except InvalidDocuments as invalid:
            return ExecutionResult(None, invalid.errors)
        note_document(document.digest)
        operation = get_operation_ast(document.node, operation_name)
        if operation and operation.operation is OperationType.SUBSCRIPTION:
            raise BadRequest(problem="a subscription goes over a WebSocket, by graphql-transport-ws")
        if context.by_address and operation and not _fits_an_address(document, operation):
            raise PostOnly
        check_introspection(asked=document.asks_for_schema, viewer=context.viewer, settings=self._settings)
        if operation is None:
            return await self._execute(document, variables, operation_name, context)
        coerced = self._coerced(operation, variables)
        if isinstance(coerced, list):
            return ExecutionResult(None, coerced)
        run = partial(self._run_or_execute, document, operation, coerced, variables, context)
        if operation.operation is OperationType.MUTATION:
            return await run()
        await context.pay(document.points(operation, coerced.coerced))
        return await context.patience(run())

    def _coerced(
        self, operation: OperationDefinitionNode, given: Mapping[str, object] | None
    ) -> VariableValues | list[GraphQLError]:
        """The values of an operation's variables, defaults among them, or what is wrong with them."""
        declared = operation.variable_definitions or ()
        return get_variable_values(self._schema, declared, dict(given or {}), max_errors=MOST_ERRORS)

    async def _run_or_execute(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        coerced: VariableValues,
        given: Mapping[str, object] | None,
        context: OperationContext,
    ) -> ExecutionResult:
        """The result by the operation's plan, else by the GraphQL library, which coerces variables itself."""
        plan = document.plan(operation, coerced)
        if plan is None:
            name = operation.name.value if operation.name else None
            return await self._execute(document, given, name, context)
        context.notes = plan.notes
        return await Run(plan, coerced, context).result()

    async def _execute(
        self,
        document: Document,
        variables: Mapping[str, object] | None,
        operation_name: str | None,
        context: OperationContext,
    ) -> ExecutionResult:
        """The result of an operation by the GraphQL library."""
        asked = self._asked(variables, operation_name, context)
        result = execute(self._schema, document.node, **asked, executor_class=self.execution_context_class)
        return await result if isawaitable(result) else result

    async def follow(
        self, text: str, variables: Mapping[str, object] | None, operation_name: str | None, context: OperationContext
    ) -> AsyncGenerator[ExecutionResult, None] | ExecutionResult:
        """The results of one subscription as they come, or why there are none; raises for other operations."""
        try:
            document = self._documents.prepare(text)
        except InvalidDocuments as invalid:
            return ExecutionResult(None, invalid.errors)
        operation = get_operation_ast(document.node, operation_name)
        if operation is None or operation.operation is not OperationType.SUBSCRIPTION:
            raise BadRequest(problem="queries and mutations go over HTTP")
        note_document(document.digest)
        check_introspection(asked=document.asks_for_schema, viewer=context.viewer, settings=self._settings)
        await context.pay(document.points(operation, variables or {}))
        asked = self._asked(variables, operation_name, context)
        results = subscribe(self._schema, document.node, **asked, executor_class=_Following)
        found = await results if isawaitable(results) else results
        return found if isinstance(found, ExecutionResult) else cast("AsyncGenerator[ExecutionResult, None]", found)

    def _asked(
        self, variables: Mapping[str, object] | None, operation_name: str | None, context: OperationContext
    ) -> dict[str, Any]:
        """What is handed over with every operation."""
        return {
            "context_value": context,
            "variable_values": dict(variables or {}),
            "operation_name": operation_name,
            "max_coercion_errors": MOST_ERRORS,
            "operation_extensions": None,
        }


class _Following(StrawberryGraphQLCoreExecutionContext):
    """Answers the events of a subscription, and forgets after each what it worked out for it.

    The library would keep that for as long as the subscription lasts: two kilobytes of each event.
    """

    def build_per_event_executor(self, payload: object) -> Executor[Any]:
        """What answers one event."""
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}  # noqa: SLF001 - there is no other way to it
        return executor


def _fits_an_address(document: Document, operation: OperationDefinitionNode) -> bool:
    """Whether an operation may be asked for by an address, which others log."""
    return operation.operation is OperationType.QUERY and document.is_wordless


def build_schema(model: Model, settings: Settings) -> HubSchema:
    """The schema of ``model``, with the limits of ``settings``."""
    types = EntityTypes(model)
    return HubSchema(
        settings,
        query=build_query(model, types),
        mutation=Mutation,
        subscription=Subscription,
        types=[types.of(kind) for kind in EntityKind],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
