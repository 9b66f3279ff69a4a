"""The hub's answers for a whole city equal an answer key that was computed without the hub's code."""

from pathlib import Path

import pytest

from adapters.sample.city import make_city
from graphql_schema.services import Services
from tests.city.city import differences, expected_in, load_city, rejected_in
from tests.granted import open_to_all
from tests.served import Api, served

WHOLE = [pytest.param(10_000, 2_000, seed, marks=pytest.mark.slow) for seed in (1, 2, 3)]


@pytest.mark.parametrize(("persons", "entities", "seed"), [(1_000, 200, 1), *WHOLE])
async def test_the_hub_answers_every_entity_of_a_city_as_the_answer_key_says(
    services: Services, tmp_path: Path, persons: int, entities: int, seed: int
) -> None:
    make_city(tmp_path, persons, entities, seed)
    async with served(open_to_all(services)) as client:
        api = Api(client, open_to_all(services))
        assert await load_city(api, tmp_path) == rejected_in(tmp_path)
        assert sum(1 for _ in expected_in(tmp_path)) > persons
        assert [line.key for line, _ in [found async for found in differences(api, tmp_path)]] == []
