"""The ties between the people of a city are those that the answer key tells."""

from pathlib import Path
from typing import Any

from adapters.sample.city import make_city
from graphql_schema.services import Services
from tests.city.city import AT_ONCE, Expected, batched, by_scheme, load_city
from tests.granted import open_to_all
from tests.served import Api, served

TIES = """query($keys: [IdNumber!]!) { found: naturalPersons(idNumbers: $keys) { it: naturalPerson {
    spouse { person { idNumber } } parents { person { idNumber } } children { person { idNumber } } } } }"""


async def test_the_hub_tells_spouses_parents_and_children_as_the_answer_key_does(
    services: Services, tmp_path: Path
) -> None:
    make_city(tmp_path, 500, 20, seed=1)
    async with served(open_to_all(services)) as client:
        api = Api(client, open_to_all(services))
        await load_city(api, tmp_path)
        people = by_scheme(tmp_path)["ID_NUMBER"]
        known = {person.key for person in people}
        expected = [ties_of(person, known) for person in people]
        answered = [ties for batch in batched(people, AT_ONCE) for ties in await ties_in(api, batch)]
    assert answered == expected
    assert all(any(ties[of] for ties in expected) for of in range(3))


def ties_of(person: Expected, known: set[str]) -> tuple[list[str], ...]:
    """The numbers of spouse, parents and children, as far as they have records and a number."""
    spouse, parents, children = (person.edges[name] for name in ("spouse", "parents", "children"))
    told: tuple[Any, ...] = ([spouse], parents, children)
    return tuple(sorted(number for number in numbers if number in known) for numbers in told)


async def ties_in(api: Api, people: list[Expected]) -> list[tuple[list[str], ...]]:
    """The same as the hub tells it."""
    data = await api.data(TIES, {"keys": [person.key for person in people]})
    found = [answer["it"] for answer in data["found"]]
    return [tuple(numbers_in(tie) for tie in ([it["spouse"]], it["parents"], it["children"])) for it in found]


def numbers_in(ties: list[Any]) -> list[str]:
    people = [tie["person"] for tie in ties if tie and tie["person"]]
    return sorted(person["idNumber"] for person in people if person["idNumber"])
