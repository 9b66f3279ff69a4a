"""A number that embeds an ID number is identity data wherever it stands: sealed in the vault, or refused in a text."""

from collections.abc import Iterator

import pytest

from hub.catalog import Item, ItemType, Model, RecordType, load_model
from hub.identifiers.schemes import SCHEMES, Identifier
from hub.intake.rejection import Rejected
from hub.intake.values import check_value
from hub.reasons import ReasonCode
from tests.offices import Office
from tests.people import credit_code, id_number

PERSON = id_number(7)
EMBEDDING = [
    PERSON,
    f"{PERSON}43",
    f"{PERSON}43B1",
    f"G{PERSON}",
    f"证号{PERSON}号",
    f"{PERSON[:6]} {PERSON[6:14]} {PERSON[14:]}",
]


def items(*kinds: ItemType) -> Iterator[tuple[RecordType, Item]]:
    for record in load_model().records.values():
        for item in record.item:
            if item.type in kinds and not item.derived:
                yield record, item


@pytest.mark.parametrize(
    "item",
    [pytest.param(item, id=f"{record.name}.{item.name}") for record, item in items(ItemType.TEXT, ItemType.INTEGER)],
)
def test_no_text_and_no_number_column_holds_one(model: Model, item: Item) -> None:
    for text in EMBEDDING:
        with pytest.raises(Rejected) as refused:
            check_value(model, item, {"": text})
        assert refused.value.reason.code is ReasonCode.IDENTITY_IN_TEXT
        assert PERSON not in refused.value.reason.zh


@pytest.mark.parametrize(
    "item", [pytest.param(item, id=f"{record.name}.{item.name}") for record, item in items(ItemType.IDENTIFIER)]
)
def test_a_number_of_a_record_that_embeds_one_is_secret_or_refused(model: Model, item: Item) -> None:
    for text in (PERSON, f"{PERSON}43", f"G{PERSON}"):
        try:
            value = check_value(model, item, {"": text})
        except Rejected:
            continue
        assert isinstance(value, Identifier)
        assert SCHEMES[value.scheme].identity, item.name


async def test_the_taxpayer_number_of_an_individual_business_lies_in_the_vault(office: Office) -> None:
    number = f"{PERSON}L1"
    line = {"creditCode": credit_code(3, "92"), "taxpayerId": number, "registeredAddress": "甲路1号"}
    summary = await office.deliver("national_tax", "nationalTaxRegistration", [line])
    assert summary.counts == {"CREATED": 1}
    async with office.intake.database.connection() as connection:
        rows = await connection.fetch("select payload::text, record_key from state")
        views = await connection.fetch("select merged::text, records::text from view")
        schemes = {row["scheme"] for row in await connection.fetch("select scheme from vault.identifier")}
    assert PERSON not in str([*rows, *views])
    assert schemes == {"CREDIT_CODE", "ORGANIZATION_CODE", "TAXPAYER_ID"}
