"""The versions of an entity as callers read them: the list, what differs between two, the history of one item."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.types.field import StrawberryField

from graphql_schema.changes import ChangeConnection, ChangeType, change_of, connection_of
from graphql_schema.connections import After, First, page_size
from graphql_schema.making import context_of, make_field, raw_info
from graphql_schema.values import Code, SourceOfValue, presenting, source_of
from hub.catalog import EntityKind, Model
from hub.desk import Answer, versions
from hub.desk.history import Era, history
from hub.desk.versions import Difference, Held, item_at, sealed_in

FromVersion = Annotated[int, strawberry.argument(name="from", description="The one version.")]
ToVersion = Annotated[int, strawberry.argument(description="The other version.")]
ItemName = Annotated[str, strawberry.argument(description="The merged item, as `maritalStatus`.")]


@strawberry.type(description="A value as text, with the record it comes from.")
class HeldValue:
    """A value as text."""

    text: str | None = strawberry.field(
        description="The value: a text, number or date as it stands, the name of a code, the name of a person or "
        "organisation. Null where the register says that there is none, and for lists and small records."
    )
    code: str | None = strawberry.field(description="The code, where the item has a code list.")
    source: SourceOfValue = strawberry.field(description="The record that it comes from · 来源.")


@strawberry.type(name="Difference", description="An item that differs between two versions · 差别.")
class DifferenceType:
    """An item that differs between two versions."""

    item: str = strawberry.field(description="The merged item, or record.item of a record.")
    record_key: str = strawberry.field(description="Which record of its type; empty for a merged item.")
    before: HeldValue | None = strawberry.field(description="What stood; null where nothing did.")
    after: HeldValue | None = strawberry.field(description="What stands; null where nothing does.")


@strawberry.type(description="What differs between two versions, as far as a grant of yours covers it · 版本对比.")
class VersionDifference:
    """What differs between two versions."""

    before: ChangeType = strawberry.field(description="The one version.")
    after: ChangeType = strawberry.field(description="The other version.")
    differences: list[DifferenceType] = strawberry.field(description="The items that differ.")


@strawberry.type(description="A value of an item with both its periods, each without its end · 历史取值.")
class ValueInTime:
    """A value of an item with both its periods."""

    value: HeldValue = strawberry.field(description="The value and its source.")
    valid_from: date = strawberry.field(description="Since when it was said to hold.")
    valid_to: date | None = strawberry.field(description="Until when; null where no end was said.")
    known_from: datetime = strawberry.field(description="Since when the hub knew it so.")
    known_to: datetime | None = strawberry.field(description="Until when the hub knew it so; null where it still does.")


def version_fields() -> dict[str, StrawberryField]:
    """The fields of an entity that tell of its versions."""
    return {
        "versions": make_field(
            ChangeConnection,
            _versions,
            "The versions of the entity and what changed with each, the newest first · 版本.",
            nullable=False,
        ),
        "diff": make_field(VersionDifference, _diff, "What differs between two of its versions · 版本对比."),
        "history": make_field(
            list[ValueInTime],
            _history,
            "Every value that a merged item ever had, with both periods and its source · 数据项历史.",
        ),
    }


async def _versions(root: Answer, info: strawberry.Info, first: First = 20, after: After = None) -> Any:  # noqa: ANN401
    context = context_of(info)
    page = await versions.versions(
        context.desk,
        context.viewer,
        root.kind,
        root.entity_id,
        after,
        page_size(first),
        root.moment,
    )
    return connection_of(info, page)


async def _diff(
    root: Answer,
    info: strawberry.Info,
    from_: FromVersion,
    to: ToVersion,
) -> Any:  # noqa: ANN401
    context = context_of(info)
    found = await versions.compare(context.desk, context.viewer, root.kind, root.entity_id, from_, to, root.moment)
    context.spend(raw_info(info), len(found.differences))
    return VersionDifference(
        before=change_of(found.before),
        after=change_of(found.after),
        differences=[_difference(context.model, root.kind, one, found.opened) for one in found.differences],
    )


def _difference(
    model: Model, kind: EntityKind, difference: Difference, opened: Mapping[UUID, str | None]
) -> DifferenceType:
    before, after = (
        _held(model, kind, difference.item, held, opened) if held else None
        for held in (difference.before, difference.after)
    )
    return DifferenceType(item=difference.item, record_key=difference.record_key, before=before, after=after)


async def _history(root: Answer, info: strawberry.Info, item: ItemName) -> Any:  # noqa: ANN401
    context = context_of(info)
    eras = await history(context.desk, context.viewer, root.kind, root.entity_id, item, root.moment.known_at)
    context.spend(raw_info(info), len(eras))
    return [_era(context.model, root.kind, item, era) for era in eras]


def _era(model: Model, kind: EntityKind, item: str, era: Era) -> ValueInTime:
    return ValueInTime(
        value=_held(model, kind, item, era.held, {}),
        valid_from=era.valid_from,
        valid_to=era.valid_to,
        known_from=era.known_from,
        known_to=era.known_to,
    )


def _held(model: Model, kind: EntityKind, path: str, held: Held, opened: Mapping[UUID, str | None]) -> HeldValue:
    item = item_at(model, kind, path)
    number = sealed_in(model, path, held.value)
    shown = opened.get(number) if number else presenting(item.type, model.code_lists.get(item.codes or ""))(held.value)
    source = source_of(held.source)
    if isinstance(shown, Code):
        return HeldValue(text=shown.name or shown.raw, code=shown.code, source=source)
    named = shown.get("name") if isinstance(shown, Mapping) else shown
    plain = None if named is None or isinstance(named, list) else str(named)
    return HeldValue(text=plain, code=None, source=source)
