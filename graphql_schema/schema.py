"""Put the schema together from the model, and run documents against it."""

from collections.abc import Mapping
from inspect import isawaitable
from typing import Any

import strawberry
from graphql import ExecutionResult, execute
from strawberry.schema.config import StrawberryConfig

from graphql_schema.documents import Documents, InvalidDocuments
from graphql_schema.entities import EntityTypes
from graphql_schema.mutation import Mutation
from graphql_schema.query import build_query
from graphql_schema.values import SCALARS
from hub.catalog import EntityKind, Model
from hub.settings import Settings

MOST_ERRORS = 20


class HubSchema(strawberry.Schema):
    """The schema of a model; ``ask`` runs a document by the GraphQL library itself.

    Strawberry's own way to run one logs every error with the arguments that were given.
    """

    def __init__(self, settings: Settings, **parts: Any) -> None:  # noqa: ANN401
        super().__init__(**parts)
        self._documents = Documents(self._schema, settings)

    async def ask(
        self, text: str, variables: Mapping[str, object] | None, operation_name: str | None, context: object
    ) -> ExecutionResult:
        """The result of one operation; raises for a document beyond the limits."""
        try:
            document = self._documents.prepare(text)
        except InvalidDocuments as invalid:
            return ExecutionResult(None, invalid.errors)
        result = execute(
            self._schema,
            document,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            max_coercion_errors=MOST_ERRORS,
            executor_class=self.execution_context_class,
            operation_extensions=None,
        )
        return await result if isawaitable(result) else result


def build_schema(model: Model, settings: Settings) -> HubSchema:
    """The schema of ``model``, with the limits of ``settings``."""
    types = EntityTypes(model)
    return HubSchema(
        settings,
        query=build_query(model, types),
        mutation=Mutation,
        types=[types.of(kind) for kind in EntityKind],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
