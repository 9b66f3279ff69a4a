"""Answer the keys of an export by the same query that its agency could ask: one chunk is one operation.

Takes an export and keys; gives a line of JSON for each. What a line holds of an entity is what GraphQL answers for its
key: the same plan runs, with the same checks, and the same log is durable before a line is given.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from arro3.core import Schema
from graphql import ExecutionResult

from graphql_schema.columns import columns_of
from graphql_schema.context import OperationContext
from graphql_schema.global_id import parse_global_id
from graphql_schema.schema import HubSchema
from graphql_schema.selection import ResolveInfo
from graphql_schema.wanted import BY_ID, BY_KEY, query_text
from hub.catalog import EntityKind, Model
from hub.desk import Answer, Desk, Found, Key
from hub.errors import HubError, InvalidGlobalId
from hub.exports import Export, Order, Row
from hub.exports.working import PASSING
from hub.intake.submission import Intake
from hub.settings import Settings
from hub.timeline import Moment

KEPT_TEXTS = 100
NOBODY = {"outcome": "NOT_FOUND"}


@dataclass
class ExportContext(OperationContext):
    """One chunk's surroundings: denials are kept for each row, and what is read is logged as an export."""

    refused: dict[int, dict[str, str]] = field(default_factory=dict)

    def deny(self, info: ResolveInfo, root: Answer, item: str) -> None:
        """Note that ``item`` was denied in the present row."""
        self.refuse(info.path.as_list(), item, root.refusal(item))

    def refuse(self, path: Sequence[str | int], item: str, why: HubError) -> None:
        """Note why an item is null in the row that a path leads through."""
        self.refused.setdefault(int(path[1]), {})[item] = why.code

    async def _ask(
        self, kind: EntityKind, keys: Collection[Key], items: frozenset[str], operation: str, moment: Moment
    ) -> Mapping[Key, Sequence[Found]]:
        return await super()._ask(kind, keys, items, "export", moment)


class ExportAnswers:
    """Answers keys of exports by one schema."""

    def __init__(self, schema: HubSchema, model: Model, desk: Desk, intake: Intake, settings: Settings) -> None:
        self._schema = schema
        self._model = model
        self._desk = desk
        self._intake = intake
        self._settings = settings
        self._text = lru_cache(maxsize=KEPT_TEXTS)(self._written)

    async def rows(self, export: Export, keys: Sequence[str]) -> list[Row]:
        """One line for each key, in their order."""
        by_id = {place: key for place, key in enumerate(keys) if _is_id(key)}
        by_key = {place: key for place, key in enumerate(keys) if place not in by_id}
        kind = export.order.kind
        own = {place: key for place, key in by_id.items() if parse_global_id(key)[0] is kind}
        found = await self._asked(export, own, by_id=True) | await self._asked(export, by_key, by_id=False)
        return [_told(key, found.get(place, NOBODY)) for place, key in enumerate(keys)]

    def columns(self, order: Order) -> Schema:
        """The columns of the rows of an order."""
        return columns_of(self._schema.types, self._text(order, by_id=False))

    async def _asked(self, export: Export, keys: Mapping[int, str], *, by_id: bool) -> dict[int, dict[str, Any]]:
        """What stands in the row of each key, asked by one operation."""
        if not keys:
            return {}
        order = export.order
        text = self._text(order, by_id=by_id)
        variables = {"keys": list(keys.values()), "asOf": _as_of(order)}
        with closing(self._context(export, len(keys))) as context:
            result = await self._schema.ask(text, variables, None, context)
        answered = _answered(result, context)
        rows = (_row(one, (BY_ID if by_id else BY_KEY[order.kind]).step) for one in answered)
        return {
            place: row | ({"refused": context.refused[index]} if index in context.refused else {})
            for index, (place, row) in enumerate(zip(keys, rows, strict=True))
        }

    def _context(self, export: Export, keys: int) -> ExportContext:
        """The surroundings of one chunk: what bounds it is how many keys it has."""
        fields = self._settings.max_answer_fields * keys
        settings = msgspec.structs.replace(self._settings, max_keys=max(keys, 1), max_answer_fields=fields)
        return ExportContext(export.viewer, self._model, self._desk, self._intake, settings)

    def _written(self, order: Order, *, by_id: bool) -> str:
        return query_text(self._schema.types, self._model, order, by_id=by_id)


def _answered(result: ExecutionResult, context: ExportContext) -> list[dict[str, Any]]:
    """The answers of an operation; what failed in one of them is noted, what failed otherwise is raised."""
    for error in result.errors or ():
        cause, path = error.original_error or error, error.path or []
        if not isinstance(cause, HubError) or cause.kind in PASSING or len(path) < 4 or not result.data:
            raise cause
        context.refuse(path, ".".join(step for step in path[3:] if isinstance(step, str)), cause)
    (answers,) = (result.data or {}).values()
    found: list[dict[str, Any]] = answers
    return found


def _row(answer: Mapping[str, Any], step: str) -> dict[str, Any]:
    """What stands in a row: the outcome of its key, and the entity's own fields."""
    problem = {"problem": answer["problem"]} if answer["problem"] else {}
    return {"outcome": answer["outcome"]} | problem | (answer[step] or {})


def _told(key: str, row: Mapping[str, Any]) -> Row:
    return Row(msgspec.json.encode({"key": key, **row}) + b"\n", row["outcome"] == "FOUND")


def _as_of(order: Order) -> dict[str, str] | None:
    if order.known_at is None or order.valid_on is None:
        return None
    return {"validOn": order.valid_on.isoformat(), "knownAt": order.known_at.isoformat()}


def _is_id(key: str) -> bool:
    try:
        parse_global_id(key)
    except InvalidGlobalId:
        return False
    return True
