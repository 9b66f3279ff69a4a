"""Put the schema together from the model."""

from typing import Any

import strawberry
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, ParserCache, SchemaExtension
from strawberry.schema.config import StrawberryConfig

from graphql_schema.entities import EntityTypes
from graphql_schema.limits import depth_limit
from graphql_schema.mutation import Mutation
from graphql_schema.query import build_query
from graphql_schema.values import SCALARS
from hub.catalog import EntityKind, Model
from hub.settings import Settings

CACHED_DOCUMENTS = 500


class HubSchema(strawberry.Schema):
    """A schema that leaves errors to ``graphql_schema.errors``: Strawberry's own log would quote arguments."""

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:  # noqa: ANN401
        """Log nothing here."""


def build_schema(model: Model, settings: Settings) -> HubSchema:
    """The schema of ``model``, with the limits of ``settings``."""
    types = EntityTypes(model)
    extensions: list[SchemaExtension] = [
        MaxTokensLimiter(max_token_count=settings.max_query_tokens),
        AddValidationRules([depth_limit(settings.max_query_depth)]),
        ParserCache(maxsize=CACHED_DOCUMENTS),
    ]
    return HubSchema(
        query=build_query(model, types),
        mutation=Mutation,
        types=[types.of(kind) for kind in EntityKind],
        extensions=[lambda extension=extension: extension for extension in extensions],  # type: ignore[misc]
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
