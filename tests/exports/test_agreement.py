"""What a row says of an entity is what GraphQL answers for its key, in either format."""

import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphql_schema.exporting import ExportAnswers
from graphql_schema.wanted import BY_KEY, query_text
from hub.catalog import EntityKind, Model
from hub.exports import ExportFormat, Order, cancel, give_list, order
from hub.vault.cipher import Vault
from hub.vault.keys import new_keys
from tests.conftest import Server, fresh_database, services_on, shipped_model
from tests.exports.columns import parquet_of, rows_in, told
from tests.exports.ordering import Exports, exporter, plain
from tests.people import id_number
from tests.served import AGENCY, Api, served

PERSON = EntityKind.NATURAL_PERSON
COUPLE = [id_number(1), id_number(2)]
KEYS = [*COUPLE, id_number(3), "x"]


def paths(model: Model) -> list[str]:
    """Everything that an order may name of a person."""
    records = [record for record in model.records_of(PERSON) if record.shown]
    items = [f"{record.name}.{item.name}" for record in records for item in record.shown]
    return [*model.merged[PERSON], *model.edges_of[PERSON], *(record.name for record in records), *items]


@pytest.fixture(scope="module")
async def filled(embedded_server: Server, model: Model) -> AsyncIterator[Exports]:
    """A married couple."""
    async with fresh_database(embedded_server) as database:
        services = services_on(database, model, Vault(new_keys()))
        async with served(services) as client:
            exports = Exports(Api(client, services))
            office = exports.api.office
            await office.household(*({"idNumber": one, "name": "王"} for one in COUPLE))
            await office.marriage(
                {
                    "recordedSubject.idNumber": COUPLE[0],
                    "recordedSubject.name": "王",
                    "spouse.idNumber": COUPLE[1],
                    "spouse.name": "王",
                    "marriedOn": "2020-05-20",
                    "issuingAuthority": "天河区民政局",
                }
            )
            yield exports


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    items=st.lists(st.sampled_from(paths(shipped_model())), min_size=1, max_size=6, unique=True),
    provenance=st.booleans(),
)
async def test_rows_say_what_the_same_query_answers(filled: Exports, items: list[str], provenance: bool) -> None:
    services = filled.api.services
    wanted = Order(PERSON, ("name", *items), provenance, ExportFormat.NDJSON)
    ordered = await order(services.desk, services.settings, AGENCY, wanted)
    export = await give_list(services.desk, services.settings, AGENCY, ordered.export_id, KEYS)
    answering = exporter(services).answering
    assert isinstance(answering, ExportAnswers)
    lines = [row.line for row in await answering.rows(export, KEYS)]
    rows = [json.loads(line) for line in lines]
    assert rows_in(await parquet_of(answering.columns(wanted), lines)) == [told(row) for row in rows]
    await cancel(services.desk, AGENCY, ordered.export_id)
    question = query_text(services.schema.types, services.model, wanted, by_id=False)
    asked = (await filled.api.ask(question, {"keys": KEYS}, AGENCY))["data"][BY_KEY[PERSON].field]
    assert [row["outcome"] for row in rows] == [one["outcome"] for one in asked]
    assert [plain(row) or None for row in rows] == [one["naturalPerson"] for one in asked]
