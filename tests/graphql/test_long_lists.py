"""A list of as many keys as there may be is answered key by key in its order; one key more is refused."""

from typing import Any

import pytest

from tests.people import credit_code, id_number
from tests.served import Api

MOST = 500
PEOPLE = """query($keys: [IdNumber!]!) {
    found: naturalPersons(idNumbers: $keys) { outcome problem it: naturalPerson { name } } }"""
FIRMS = """query($keys: [CreditCode!]!) {
    found: legalEntities(creditCodes: $keys) { outcome problem it: legalEntity { name } } }"""


def mixed(known: list[str], strangers: list[str], misspelt: str) -> list[str]:
    """As many keys as there may be: each of the known twice, backwards at the end, one that is none in the middle."""
    strangers = strangers[: MOST - 2 * len(known) - 1]
    half = len(strangers) // 2
    return [*known, *strangers[:half], misspelt, *strangers[half:], *reversed(known)]


@pytest.fixture
async def people(api: Api) -> list[str]:
    """Persons that the hub knows, by their numbers."""
    known = [id_number(n) for n in range(100)]
    await api.office.household(*({"idNumber": one, "name": f"王{one[-4:]}"} for one in known))
    return known


async def test_five_hundred_persons_are_answered_in_the_order_of_their_keys(api: Api, people: list[str]) -> None:
    keys = mixed(people, [id_number(n % 900, f"{1955 + n // 900}0505") for n in range(MOST)], "4401")
    found = (await api.data(PEOPLE, {"keys": keys}))["found"]
    assert list(map(told, found)) == [
        f"王{key[-4:]}" if key in people else ("INVALID" if key == "4401" else "NOT_FOUND") for key in keys
    ]


async def test_one_key_more_is_refused_and_shows_nobody(api: Api, people: list[str]) -> None:
    answer = await api.ask(PEOPLE, {"keys": [*(people * 5), people[0]]})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["LIST_TOO_LONG"]
    assert answer["data"] is None
    assert len((await api.data(PEOPLE, {"keys": people * 5}))["found"]) == MOST


async def test_five_hundred_legal_entities_are_answered_in_the_order_of_their_keys(api: Api) -> None:
    known = [credit_code(n) for n in range(100)]
    await api.office.business(*({"creditCode": one, "name": f"公司{one}"} for one in known))
    keys = mixed(known, [credit_code(n) for n in range(100, 100 + MOST)], "91")
    found = (await api.data(FIRMS, {"keys": keys}))["found"]
    assert list(map(told, found)) == [
        f"公司{key}" if key in known else ("INVALID" if key == "91" else "NOT_FOUND") for key in keys
    ]
    answer = await api.ask(FIRMS, {"keys": [*keys, known[0]]})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["LIST_TOO_LONG"]


def told(answer: dict[str, Any]) -> str:
    """The name that is answered, or why there is none."""
    return str(answer["it"]["name"] if answer["it"] else answer["outcome"])
