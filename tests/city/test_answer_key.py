"""The hub's answers for a whole city equal an answer key that was computed without the hub's code."""

from pathlib import Path

import pytest

from adapters.sample.city import make_city
from graphql_schema.services import Services
from tests.city.city import differences, expected_in, load_city, open_to_all, rejected_in
from tests.served import Api, served

SEEDS = [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)]


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_hub_answers_every_entity_of_a_city_as_the_answer_key_says(
    services: Services, tmp_path: Path, seed: int
) -> None:
    make_city(tmp_path, 10_000, 2_000, seed)
    async with served(open_to_all(services)) as client:
        api = Api(client, open_to_all(services))
        assert await load_city(api, tmp_path) == rejected_in(tmp_path)
        assert sum(1 for _ in expected_in(tmp_path)) > 10_000
        assert [line.key for line, _ in [found async for found in differences(api, tmp_path)]] == []
