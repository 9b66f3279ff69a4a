"""The named queries keep their promises, and the hot ones find what they need by index."""

from hypothesis import given

from hub.store.as_of import states_in_force
from hub.store.pool import Database
from hub.timeline import Moment
from tests.properties import tried
from tests.store.histories import DAYS, ENTITIES, INSTANTS, History, histories, naive_as_of, store


@tried(25, 500)
@given(history=histories())
async def test_as_of_gives_what_the_rule_as_told_gives(any_database: Database, history: History) -> None:
    async with any_database.connection() as connection:
        await store(connection, history)
        for valid_on in DAYS:
            for known_at in INSTANTS:
                rows = await states_in_force(connection, ENTITIES, Moment(valid_on, known_at))
                found = {(row["entity_id"], row["state_id"]) for row in rows}
                assert len(found) == len(rows)
                assert found == {
                    (entity, state) for entity in ENTITIES for state in naive_as_of(history, entity, valid_on, known_at)
                }, (valid_on, known_at)
