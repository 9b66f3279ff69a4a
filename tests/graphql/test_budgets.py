"""What a query costs, what an agency may spend, and what is given up before it has cost too much."""

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from graphql_schema.cost import points_of
from graphql_schema.services import Services
from hub.errors import BudgetExhausted
from hub.identity import budgets
from hub.identity.budgets import PERSONS, POINTS, Budgets
from tests.feed.subscriber import wired
from tests.people import id_number
from tests.served import AGENCY, Api, department, served

PEOPLE = "query($a: [IdNumber!]!) { naturalPersons(idNumbers: $a) { naturalPerson { name } } }"
FEED = "query($first: Int!, $after: String) { changes(first: $first, after: $after) { edges { cursor } } }"
SLOW = "select pg_sleep(600)"
SLEEPING = """select count(*) from pg_stat_activity
where query = $1 and state = 'active' and datname = current_database()"""


def points(text: str, **variables: object) -> int:
    document = parse(text)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return points_of(operation, fragments, variables)


def tuned(services: Services, **settings: Any) -> Services:  # noqa: ANN401
    """The hub with other settings."""
    changed = msgspec.structs.replace(services.settings, **settings)
    return replace(services, settings=changed, budgets=Budgets.of(changed, services.database))


async def ask(services: Services, query: str, **variables: object) -> Any:  # noqa: ANN401
    async with served(services) as client:
        api = Api(client, services)
        body = {"query": query, "variables": variables}
        return await client.post("/graphql", json=body, headers=api.headers(AGENCY))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ me { agency } }", 2),
        ("{ a: me { agency } b: me { agency } }", 4),
        ("{ search(first: 50) { edges { node { name } } } }", 50 * 4),
        ("query($n: Int) { search(first: $n) { name } }", 7 * 2),
        ("query($keys: [ID!]) { people(keys: $keys) { name { x } } }", 3 * 3),
        ('{ people(keys: ["a", "b"]) { name } }', 2 * 2),
        ("{ a(first: 10) { b(first: 20) { c } } }", 10 * (1 + 20 * 2)),
        ("{ a(first: -5) { b } }", 2),
        ("{ a(size: 1000) { b } }", 2),
        ("{ ...F ...F } fragment F on Query { a { b } }", 2),
        ("{ a { ...F } b { ...F } } fragment F on A { x y }", 6),
        ("{ ... on Query { a } ... { b } }", 2),
        ("{ a(first: 1000000) { b(first: 1000000) { c(first: 1000000) { d } } } }", 1_000_000_000),
    ],
)
def test_a_query_costs_a_point_for_each_field_that_its_answer_may_hold(text: str, expected: int) -> None:
    assert points(text, n=7, keys=["a", "b", "c"]) == expected


def test_fragments_that_double_each_other_cost_no_time() -> None:
    doubling = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(200))
    assert points(f"{{ ...F0 }} {doubling} fragment F200 on Query {{ a }}") == 1


async def test_an_answer_tells_what_it_cost_and_what_is_left(services: Services) -> None:
    answer = (await ask(tuned(services, points_per_minute=50), "{ me { agency } }")).json()
    cost = answer["extensions"]["cost"]
    assert (cost["requested"], cost["points"]["limit"], cost["points"]["remaining"]) == (2, 50, 48)
    assert cost["points"]["resetsAt"].endswith("00Z")


async def test_neither_defaults_nor_values_of_other_kinds_make_a_query_cheaper(services: Services) -> None:
    keys = [id_number(place) for place in range(20)]
    quoted = " ".join(f'"{key}"' for key in keys)
    by_default = PEOPLE.replace("[IdNumber!]!", f"[IdNumber!]! = [{quoted}]", 1)
    async with served(services) as client:
        api = Api(client, services)

        async def requested(query: str, **variables: object) -> int:
            body = {"query": query, "variables": variables}
            answer = (await client.post("/graphql", json=body, headers=api.headers(AGENCY))).json()
            cost: int = answer["extensions"]["cost"]["requested"]
            return cost

        dear = await requested(PEOPLE, a=keys)
        assert dear == 3 * len(keys)
        assert await requested(by_default) == dear
        assert await requested(f"{PEOPLE} ", a=len(keys)) < dear, "one misspelt key"
        assert await requested(f"{PEOPLE} ", a=keys) == dear, "as many keys as that number said"
        assert await requested(FEED, first=20.0) == await requested(FEED, first=20)


async def test_what_costs_more_than_is_left_is_refused_before_anything_is_read(services: Services) -> None:
    small = tuned(services, points_per_minute=10)
    response = await ask(small, PEOPLE, a=[id_number(place) for place in range(20)])
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (429, "BUDGET_EXHAUSTED")
    assert 0 < int(response.headers["retry-after"]) <= 61
    async with services.database.connection() as connection:
        assert await connection.fetchval("select count(*) from audit.access_log") == 0
    assert (await ask(small, "{ me { agency } }")).status_code == 200


async def test_so_many_persons_are_shown_in_an_hour_and_no_more(services: Services) -> None:
    api = Api(None, services)  # type: ignore[arg-type]
    numbers = [id_number(place) for place in range(4)]
    for number in numbers:
        await api.office.household({"idNumber": number, "name": "王小明"})
    small = tuned(services, persons_per_hour=3)
    shown = (await ask(small, PEOPLE, a=numbers[:2])).json()["extensions"]["cost"]
    assert (shown["shown"], shown["persons"]["remaining"]) == (2, 1)
    refused = await ask(small, PEOPLE, a=numbers[2:])
    assert (refused.status_code, "王小明" in refused.text) == (429, False)
    assert (await ask(small, PEOPLE, a=numbers[3:])).status_code == 200
    assert (await ask(small, "{ me { agency } }")).status_code == 429


async def test_every_claim_counts_as_a_person_whatever_comes_of_it(services: Services) -> None:
    api = Api(None, services)  # type: ignore[arg-type]
    await api.office.household({"idNumber": id_number(0), "name": "王小明"})
    small = tuned(services, persons_per_hour=2)
    claim = 'query($n: IdNumber!) { verifyIdentity(idNumber: $n, name: "王小明") }'
    costs = [(await ask(small, claim, n=id_number(place))).json() for place in (0, 1)]
    assert [told["data"]["verifyIdentity"] for told in costs] == ["MATCH", "NO_MATCH"]
    assert [told["extensions"]["cost"]["persons"]["remaining"] for told in costs] == [1, 0]
    refused = await ask(small, claim, n=id_number(0))
    assert (refused.status_code, "MATCH" in refused.text) == (429, False)


async def test_processes_share_a_budget(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "SHARED_SECONDS", -1)
    monkeypatch.setattr(budgets, "SECONDS", {POINTS: 10**9, PERSONS: 10**9})
    processes = [Budgets(services.database, {POINTS: 100, PERSONS: 100}) for _ in range(3)]
    for turn in range(9):
        await processes[turn % 3].spend("agency", POINTS, 10)
    await processes[0].spend("agency", POINTS, 0)
    assert (await processes[1].spend("agency", POINTS, 0)).remaining <= 20
    await processes[2].spend("another agency", POINTS, 100)
    for one in processes:
        with pytest.raises(BudgetExhausted):
            await one.spend("agency", POINTS, 30)


async def test_what_a_department_delivers_costs_no_points(services: Services) -> None:
    small = tuned(services, points_per_minute=1)
    async with served(small) as client:
        api = Api(client, small)
        text = "mutation($input: SubmitRecordsInput!) { submitRecords(input: $input) { results { outcome } } }"
        given = {"register": "household_registration", "idempotencyKey": "k", "records": []}
        for _ in range(3):
            assert "extensions" not in await api.ask(text, {"input": given}, department("PUBLIC_SECURITY"))


async def sleeping(services: Services) -> int:
    """How many statements sleep in the database."""
    async with services.database.connection() as connection:
        count: int = await connection.fetchval(SLEEPING, SLOW)
        return count


async def until_sleeping(services: Services, number: int) -> None:
    async with asyncio.timeout(30):
        while await sleeping(services) != number:
            await asyncio.sleep(0.05)


@pytest.fixture
def slow(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A hub whose desk needs ten minutes of the database to look anything up."""

    async def sleep(*_: object, **__: object) -> None:
        async with services.database.connection() as connection:
            await connection.execute(SLOW)

    monkeypatch.setattr(type(services.desk), "answer", sleep)
    return services


async def test_a_query_that_takes_too_long_is_given_up_in_the_database_too(slow: Services) -> None:
    response = await ask(tuned(slow, request_timeout=0.7), PEOPLE, a=[id_number(1)])
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (503, "REQUEST_TOO_SLOW")
    await until_sleeping(slow, 0)


async def test_a_query_that_nobody_waits_for_is_given_up_in_the_database_too(slow: Services) -> None:
    async with served(slow) as client:
        headers = Api(client, slow).headers(AGENCY)
        body = {"query": PEOPLE, "variables": {"a": [id_number(1)]}}
        asking = asyncio.create_task(client.post("/graphql", json=body, headers=headers))
        await until_sleeping(slow, 1)
        asking.cancel()
        await until_sleeping(slow, 0)


async def test_each_event_of_a_subscription_is_paid_for_until_a_budget_is_used_up(services: Services) -> None:
    api = Api(None, services)  # type: ignore[arg-type]
    for place in range(5):
        await api.office.household({"idNumber": id_number(place), "name": "王小明"})
    cursor = (await cursors(services))[0]
    small = tuned(services, persons_per_hour=3)
    async with served(small) as client:
        told = Api(client, small)
        async with wired(told) as wire:
            await wire.begin(told)
            await wire.subscribe("1", after=cursor)
            events = [await wire.receive() for _ in range(4)]
            costs = [event["payload"]["extensions"]["cost"] for event in events[:3]]
            assert [(cost["shown"], cost["persons"]["remaining"]) for cost in costs] == [(1, 2), (1, 1), (1, 0)]
            spent = [cost["points"]["remaining"] for cost in costs]
            assert spent == [spent[0] - place * costs[0]["requested"] for place in range(3)]
            assert (events[3]["type"], events[3]["payload"][0]["extensions"]["code"]) == ("error", "BUDGET_EXHAUSTED")
            await wire.subscribe("2", after=cursor)
            assert (await wire.receive())["payload"][0]["extensions"]["code"] == "BUDGET_EXHAUSTED"
    last = events[2]["payload"]["data"]["changes"]["cursor"]
    assert len(await cursors(services, last)) == 1, "what was not told comes after the last cursor"


async def test_persons_whose_changes_are_told_count_as_shown(services: Services) -> None:
    api = Api(None, services)  # type: ignore[arg-type]
    for place in range(3):
        await api.office.household({"idNumber": id_number(place), "name": "王小明"})
    small = tuned(services, persons_per_hour=3)
    shown = (await ask(small, FEED, first=2)).json()["extensions"]["cost"]
    assert (shown["shown"], shown["persons"]["remaining"]) == (2, 1)
    assert (await ask(small, FEED, first=3)).status_code == 429


async def cursors(services: Services, after: str | None = None) -> list[str]:
    """The cursors of the changes after a cursor."""
    edges = (await ask(services, FEED, first=50, after=after)).json()["data"]["changes"]["edges"]
    return [edge["cursor"] for edge in edges]
