"""A plan gives what the GraphQL library gives for the same document: data, errors and their places."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from graphql import build_schema
from hypothesis import given

from adapters.sample.city import make_city
from graphql_schema.context import OperationContext
from graphql_schema.documents import Document
from graphql_schema.errors import hub_error, public_error
from graphql_schema.global_id import global_id
from graphql_schema.services import Services
from hub.access import Grant, Viewer, demo_grants
from hub.catalog import Catalog, EntityKind, Model
from hub.errors import HubError
from hub.vault.cipher import Vault
from hub.vault.keys import new_keys
from tests.city.city import expected_in, load_city
from tests.conftest import Server, fresh_database, services_on, shipped_model
from tests.granted import holding, open_to_all
from tests.plans.asking import Question, questions
from tests.plans.circumstances import Circumstances, circumstances
from tests.properties import tried
from tests.served import Api

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
"""Where one field fails, the library cancels others before they have begun."""
SCHEMA = build_schema((Path(__file__).parents[2] / "schema.graphql").read_text(encoding="utf-8"))
KEYS = 4


@dataclass(frozen=True)
class City:
    """A small city, the keys of some who live in it, and the instants at which more of it was known."""

    services: Services
    opened: Services
    people: list[str]
    firms: list[str]
    nodes: list[str]
    instants: list[datetime]

    def variables(self, about: Circumstances) -> dict[str, object]:
        """The values of variables that ask about one of them."""
        person, firm = self.people[about.who % KEYS], self.firms[about.who % KEYS]
        return {
            "person": person,
            "people": [*self.people, "misspelt", person],
            "firm": firm,
            "firms": [firm, "misspelt"],
            "node": self.nodes[about.who % KEYS],
            "number": person if about.who % 2 else firm,
            "moment": about.moment and about.moment.asked(self.instants),
        }

    def under(self, about: Circumstances) -> Services:
        """The hub, with what is granted under some circumstances."""

        def held(catalog: Catalog) -> Iterable[Grant]:
            return (*about.held, *(demo_grants(catalog) if about.demonstrated else ()))

        return holding(self.opened if about.opened else self.services, held, about.approved)


@pytest.fixture(scope="module")
async def city(embedded_server: Server, model: Model, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    directory = tmp_path_factory.mktemp("city")
    make_city(directory, 40, 12, seed=1)
    async with fresh_database(embedded_server) as database, httpx.AsyncClient() as client:
        services = services_on(database, model, Vault(new_keys()))
        await load_city(Api(client, services), directory)
        async with database.connection() as connection:
            rows = await connection.fetch("select entity_id, kind from view order by entity_id limit $1", KEYS)
            instants = await connection.fetch("select distinct recorded_at from change order by recorded_at")
        known = list(expected_in(directory))
        yield City(
            services,
            open_to_all(services),
            [line.key for line in known if line.scheme == "ID_NUMBER"][:KEYS],
            [line.key for line in known if line.scheme == "CREDIT_CODE"][:KEYS],
            [global_id(EntityKind(row["kind"]), row["entity_id"]) for row in rows],
            [row["recorded_at"] for row in instants],
        )


async def told(services: Services, viewer: Viewer, question: Question, variables: dict[str, object]) -> object:
    """What a caller reads: data, and errors with denials in any order.

    Of several errors that null the whole answer, it tells those that come first.
    """
    context = OperationContext(
        viewer=viewer, model=services.model, desk=services.desk, intake=services.intake, settings=services.settings
    )
    try:
        result = await services.schema.ask(question.text, variables, question.operation, context)
    except HubError as error:
        return hub_error(error)
    errors: list[dict[str, Any]] = [public_error(error) for error in (*(result.errors or ()), *context.denial_errors())]
    for told_error in errors:
        told_error.get("extensions", {}).pop("trace", None)
    return result.data, sorted(map(msgspec.json.encode, errors)) if result.data is not None else any(errors)


@tried(500, 50_000)
@given(question=questions(SCHEMA), about=circumstances(shipped_model()))
async def test_a_plan_and_the_library_tell_the_same(city: City, question: Question, about: Circumstances) -> None:
    variables = city.variables(about) | dict(question.conditions)
    services = city.under(about)
    by_plan = await told(services, about.viewer, question, variables)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Document, "plan", lambda self, operation, variables: None)
        by_library = await told(services, about.viewer, question, variables)
    assert msgspec.json.encode(by_plan) == msgspec.json.encode(by_library), question.text
