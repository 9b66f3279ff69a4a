"""What the schema says of itself: registers, records and items; and who the caller is."""

import strawberry

from graphql_schema.enums import EntityKind, Role
from graphql_schema.grants import GrantType, WithheldType, my_grants, my_withheld
from graphql_schema.making import context_of
from hub.catalog import Item, RecordType


@strawberry.type(name="Item", description="One field of a record · 数据项.")
class ItemType:
    """One field of a record."""

    name: str = strawberry.field(description="English name, as in the schema.")
    title: str = strawberry.field(description="English title.")
    title_zh: str = strawberry.field(description="Chinese title, as in the article · 中文名称.")
    number: str = strawberry.field(description="Its number in the article's list; empty for items that are not listed.")
    type: str = strawberry.field(description="How its value is written.")
    codes: str | None = strawberry.field(description="The standard of its codes.")
    sensitivity: str = strawberry.field(description="O organisation data, P personal, S sensitive personal.")
    columns: list[str] = strawberry.field(description="The column titles under which it may be delivered.")


@strawberry.type(name="RecordType", description="A list of a register · 记录类型.")
class RecordTypeType:
    """A list of a register."""

    name: str = strawberry.field(description="Name, as the field of the entity that shows it.")
    title: str = strawberry.field(description="English title.")
    title_zh: str = strawberry.field(description="Chinese title · 中文名称.")
    article: str = strawberry.field(description="The article that lists its items.")
    entity: EntityKind = strawberry.field(description="The kind of entity it is about.")
    cardinality: str = strawberry.field(description="Whether an entity has one or many such records.")
    items: list[ItemType] = strawberry.field(description="Its items.")


@strawberry.type(name="Register", description="A source of records run by one department · 数据来源.")
class RegisterType:
    """A source of records."""

    name: str = strawberry.field(description="Name.")
    title: str = strawberry.field(description="English title.")
    title_zh: str = strawberry.field(description="Chinese title · 中文名称.")
    department: str = strawberry.field(description="The department responsible, by name.")
    department_zh: str = strawberry.field(description="The department responsible, in Chinese · 责任部门.")
    article: str = strawberry.field(description="The article that names it.")
    update_duty: str = strawberry.field(description="How soon a change must be delivered · 更新周期.")
    record_types: list[RecordTypeType] = strawberry.field(description="The lists it delivers.")


@strawberry.type(name="Me", description="Who you are to the hub.")
class Viewed:
    """The caller."""

    agency: str = strawberry.field(description="Your agency.")
    officer: str = strawberry.field(description="You.")
    roles: list[Role] = strawberry.field(description="Your roles.")
    department: str | None = strawberry.field(description="The department that you report for, by name.")
    divisions: list[str] = strawberry.field(description="The area codes you are responsible for; none, the whole city.")
    purpose: str = strawberry.field(description="The purpose you named with the request.")
    grants: list[GrantType] = strawberry.field(
        resolver=my_grants, description="What you are granted, and what you were within a year · 我的授权."
    )
    withheld: list[WithheldType] = strawberry.field(
        resolver=my_withheld,
        description="What you are not given for the purpose you named, and why not · 未授权的数据项及原因.",
    )


async def registers(info: strawberry.Info) -> list[RegisterType]:
    """Every register of the model, with what the catalog in force asks of it."""
    desk = context_of(info).desk
    model = desk.model
    async with desk.database.connection() as connection:
        catalog = await desk.catalogs.in_force(connection)
    return [
        RegisterType(
            name=register.name,
            title=register.title,
            title_zh=register.zh,
            department=register.department,
            department_zh=model.departments[register.department].zh,
            article=register.article,
            update_duty=catalog.duty(register.name),
            record_types=[_record(record) for record in model.records.values() if record.register == register.name],
        )
        for register in model.registers.values()
    ]


def _record(record: RecordType) -> RecordTypeType:
    return RecordTypeType(
        name=record.name,
        title=record.title,
        title_zh=record.zh,
        article=record.article,
        entity=record.entity,
        cardinality=record.cardinality,
        items=[_item(record, item) for item in record.item],
    )


def _item(record: RecordType, item: Item) -> ItemType:
    names = {item.name, *item.value_names}
    return ItemType(
        name=item.name,
        title=item.title,
        title_zh=item.zh,
        number=", ".join(item.numbers),
        type=item.type.value,
        codes=item.codes,
        sensitivity=item.sensitivity,
        columns=[title for title, name in record.columns.items() if name in names],
    )


def viewed(info: strawberry.Info) -> Viewed:
    """The caller."""
    viewer = context_of(info).viewer
    return Viewed(
        agency=viewer.agency,
        officer=viewer.officer,
        roles=sorted(viewer.roles),
        department=viewer.department,
        divisions=list(viewer.divisions),
        purpose=viewer.purpose,
    )
