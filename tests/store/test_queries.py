"""The named queries keep their promises, and the hot ones find what they need by index."""

import pytest
from hypothesis import HealthCheck, given, settings

from hub.store.as_of import states_in_force
from hub.store.pool import Database
from hub.timeline import Moment
from tests.store.histories import DAYS, ENTITIES, INSTANTS, History, histories, naive_as_of, store

SAME_DATABASE = [HealthCheck.function_scoped_fixture]


async def check_as_of(database: Database, history: History) -> None:
    async with database.connection() as connection:
        await store(connection, history)
        for valid_on in DAYS:
            for known_at in INSTANTS:
                rows = await states_in_force(connection, ENTITIES, Moment(valid_on, known_at))
                found = {(row["entity_id"], row["state_id"]) for row in rows}
                assert len(found) == len(rows)
                assert found == {
                    (entity, state) for entity in ENTITIES for state in naive_as_of(history, entity, valid_on, known_at)
                }, (valid_on, known_at)


@settings(max_examples=25, suppress_health_check=SAME_DATABASE)
@given(history=histories())
async def test_as_of_gives_what_the_rule_as_told_gives(any_database: Database, history: History) -> None:
    await check_as_of(any_database, history)


@pytest.mark.slow
@settings(max_examples=500, suppress_health_check=SAME_DATABASE)
@given(history=histories())
async def test_as_of_gives_what_the_rule_as_told_gives_however_often(any_database: Database, history: History) -> None:
    await check_as_of(any_database, history)
