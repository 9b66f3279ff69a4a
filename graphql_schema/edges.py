"""Build the edges between entities from the model: one shape for all of them, with role, match, source and entity.

Takes the model and the types of entities; gives fields. Follows nothing by itself: the desk does, batched by level.
"""

from collections.abc import Mapping
from typing import Any, Optional

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.describe import describe_edge, describe_part
from graphql_schema.enums import Match
from graphql_schema.making import Resolver, context_of, make_field, make_type, raw_info
from graphql_schema.values import SourceOfValue, source_of
from hub.catalog import Edge, EntityKind, Model

STEPS: Mapping[EntityKind, str] = {EntityKind.NATURAL_PERSON: "person", EntityKind.LEGAL_ENTITY: "legalEntity"}
"""The field of an edge or a reference that leads to an entity of each kind."""


class EdgeTypes:
    """The types that the edges of one model lead through; ``field(edge)`` makes the field of one."""

    def __init__(self, model: Model, entities: Mapping[EntityKind, type]) -> None:
        self._model = model
        self._entities = entities
        self._shapes = {edge.type: self._shape(edge) for edge in model.edges}

    def field(self, edge: Edge) -> StrawberryField:
        """The field of an entity that an edge starts from."""
        shape = self._shapes[edge.type]
        result = Optional[list[shape]] if edge.cardinality == "many" else Optional[shape]  # type: ignore[valid-type]  # noqa: UP045
        return make_field(result, self._resolver(edge), describe_edge(self._model, edge), nullable=False)

    def _resolver(self, edge: Edge) -> Resolver:
        step = STEPS[self._model.target_of(edge)]

        async def resolve(root: Any, info: strawberry.Info) -> Any:  # noqa: ANN401
            if not root.gives(edge.name):
                return context_of(info).deny(raw_info(info), root, edge.name)
            ties = await context_of(info).ties(raw_info(info), edge, root, step)
            return ties if edge.cardinality == "many" else next(iter(ties), None)

        return resolve

    def _shape(self, edge: Edge) -> type:
        """The type of one tie of an edge."""
        model, kind = self._model, self._model.target_of(edge)
        fields = {
            "role": make_field(
                str,
                lambda root, info: root.role,
                "The item of the record by which it names the other, as mother.",
                nullable=False,
            ),
            "match": make_field(
                Match,
                lambda root, info: root.match,
                "By what the entity was found; null while the hub knows no records of it.",
            ),
            "source": make_field(
                SourceOfValue,
                lambda root, info: source_of(root.sources[0]),
                "The record that says so; of several the latest · 来源.",
                nullable=False,
            ),
            "alsoSaidBy": make_field(
                list[SourceOfValue],
                lambda root, info: list(map(source_of, root.sources[1:])),
                "Further records that say the same, the latest first · 其他来源.",
                nullable=False,
            ),
            STEPS[kind]: make_field(self._entities[kind], lambda root, info: root.answer, describe_part(STEPS[kind])),
        }
        about = [describe_edge(model, one) for one in model.edges if one.type == edge.type]
        return make_type(type(edge.type, (), {}), edge.type, " ".join(about), fields)
