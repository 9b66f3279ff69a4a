"""What an error tells: a code and the way out, never a value and nothing internal."""

import asyncio

import pytest

from graphql_schema.errors import without_values
from graphql_schema.services import Services
from hub.intake.catalog import fill_catalog
from hub.settings import Settings
from hub.stewardship.granting import fill_development_grants
from hub.store import embedded
from hub.store.migrate import migrate
from hub.store.pool import open_pool
from tests.conftest import open_folder, services_on
from tests.people import id_number
from tests.served import AGENCY, Api, served

CANARY = id_number(7)
SECRETS = (CANARY, CANARY[:17], CANARY[:14], CANARY[6:14], "王小明")
PERSON = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name } }"

DOCUMENTS = [
    ("query($a: Int = %s) { me { agency } }", None),
    ("query($a: Int = {a: %s}) { me { agency } }", None),
    ('{ me @skip(if: "%s") { agency } }', None),
    ("{ me @skip(if: %s) { agency } }", None),
    ("{ entity(scheme: N%s, value: 7) { id } }", None),
    ('{ entity(scheme: "王小明%s", value: {name: "王小明"}) { id } }', None),
    ("{ entity(scheme: ID_NUMBER, value: %s) { id } }", None),
    ('{ naturalPersons(idNumbers: {name: "王小明"}, other: %s) { outcome } }', None),
    ("{ n%s: me { agency } }", None),
    ("{ n%s { agency } }", None),
    ("{ me { agency(n%s: 1) } }", None),
    ("{ me @n%s { agency } }", None),
    ("{ ...F%s }", None),
    ("query Q%s { me { agency } } query Q%s { me { agency } }", None),
    ("query($n%s: ID) { me { agency } }", None),
    ("query($a: N%s) { me { agency } }", None),
    ('{ me { "%s" } }', None),
    ('{ me { agency } } "%s 王小明', None),
    ("{ me { agency } } %s", None),
    ("{ node(id: 1.%s) { id } }", None),
    ("query($a: Int) { __type(name: $a) { name } }", {"a": CANARY}),
    ("query($a: ID!) { node(id: $a) { id } }", {"a": {"idNumber": CANARY, "name": "王小明"}}),
    ("query($a: ID!) { node(id: $a) { id } }", {"a": CANARY}),
    ("query($a: [IdNumber!]!) { naturalPersons(idNumbers: $a) { outcome problem } }", {"a": [CANARY[:17] + "A"]}),
    ("query($a: [IdNumber!]!) { naturalPersons(idNumbers: $a) { outcome } }", {"a": [None, CANARY]}),
    ("query($a: IdentifierScheme!) { entity(scheme: $a, value: 1) { id } }", {"a": f"王小明 {CANARY}"}),
    ("query($a: SubmitRecordsInput!) { me { agency } }", {"a": f"王小明 {CANARY}"}),
    (
        "mutation($a: SubmitRecordsInput!) { submitRecords(input: $a) { submissionId } }",
        {"a": {"register": CANARY, CANARY: "王小明", "records": [{"values": {"a": CANARY}}], "statedOn": CANARY}},
    ),
]


async def test_no_error_repeats_a_value_however_it_was_given(api: Api) -> None:
    for document, variables in DOCUMENTS:
        text = document.replace("%s", CANARY)
        response = await api.client.post(
            "/graphql", json={"query": text, "variables": variables}, headers=api.headers(AGENCY)
        )
        assert response.json().get("errors") or response.json()["data"] != {"me": {"agency": AGENCY.agency}}, text
        assert not [secret for secret in SECRETS if secret in response.text], (text, response.text)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Cannot query field 'nmae' on type 'NaturalPerson'.",) * 2,
        ("Argument 'Query.naturalPerson(idNumber:)' of type '[IdNumber!]!' is required, but it was not provided.",) * 2,
        ("Field 'latestChange' must have a selection of subfields. Did you mean 'latestChange { ... }'?",) * 2,
        ("Syntax Error: Expected Name, found '{'.", "Syntax Error: Expected Name, found '{'."),
        ("Syntax Error: Expected Name, found String '王'.", "Syntax Error: Expected Name, found String …"),
        ("Int cannot represent non-integer value: \"王\"", "Int cannot represent non-integer …"),
        ("Variable '$a' has invalid value at .records[0].operation: Value '王小明' does not exist in 'X' enum.",
         "Variable '$a' has invalid value at .records[0].operation: Value …"),
        ("Value cannot represent a Date: \"a'b'\". Invalid", "Value cannot represent a Date: …"),
        ("Expected value of type 'A' to be an object, found: {'name': 'wang'}.",
         "Expected value of type 'A' to be an object, …"),
        (f"Cannot query field 'n{CANARY}' on type 'Query'.", "Cannot query field 'n[number]' on type 'Query'."),
    ],
)  # fmt: skip
def test_what_the_library_says_is_told_up_to_the_first_value(message: str, told: str) -> None:
    assert without_values(message) == told


async def test_two_hundred_faults_at_once_are_all_masked(api: Api) -> None:
    async with api.services.database.connection() as connection:
        await connection.execute("alter table view rename column merged to gone")
    answers = await asyncio.gather(*(api.ask(PERSON, {"id": CANARY}) for _ in range(200)))
    for answer in answers:
        (error,) = answer["errors"]
        assert (error["extensions"]["code"], error["message"]) == ("FAULT", "The hub met a fault of its own.")
        assert error["extensions"]["trace"]
        assert "merged" not in str(answer)
    assert len({answer["errors"][0]["extensions"]["trace"] for answer in answers}) == 200


async def test_a_statement_that_takes_too_long_is_told_as_such(database_url: str, services: Services) -> None:
    database = await open_pool(Settings(pool_size=2, statement_timeout=0.2), database_url)
    slow = services_on(database, services.model, services.desk.vault)
    async with served(slow) as client, services.database.transaction() as connection:
        await connection.execute("lock table view")
        answer = await Api(client, slow).ask(PERSON, {"id": CANARY})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["DATABASE_TOO_SLOW"]
    await database.close()


async def test_a_database_that_goes_away_is_waited_for_without_telling_where_it_is(services: Services) -> None:
    with open_folder() as folder:
        settings = Settings(data_dir=str(folder))
        server = await embedded.start(settings)
        await migrate(server.url)
        database = await open_pool(Settings(acquire_timeout=2), server.url)
        await fill_catalog(database, services.model)
        await fill_development_grants(database, services.model)
        async with served(services_on(database, services.model, services.desk.vault)) as client:
            api = Api(client, services)
            assert (await api.data(PERSON, {"id": CANARY})) == {"naturalPerson": None}
            await server.stop()
            for _ in range(2):
                body = {"query": PERSON, "variables": {"id": CANARY}}
                answer = (await client.post("/graphql", json=body, headers=api.headers(AGENCY))).json()
                assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]
                assert answer["errors"][0]["message"] == "The hub cannot answer at the moment."
                assert str(folder) not in str(answer)
            ready = await client.get("/readyz")
            assert (ready.status_code, ready.json()) == (503, {"code": "DATABASE_UNAVAILABLE"})
            server = await embedded.start(settings)
            assert (await api.data(PERSON, {"id": CANARY})) == {"naturalPerson": None}
        await database.close()
        await server.stop()


@pytest.mark.parametrize(
    "text",
    [
        "query($id: IdNumber!, $no: Boolean) { naturalPerson(idNumber: $id) { identifiers(history: $no) { value } } }",
        "query($id: IdNumber!, $no: Boolean = true) { naturalPerson(idNumber: $id) { id @include(if: $no) } }",
    ],
)
async def test_a_null_where_none_may_be_is_the_callers_mistake(api: Api, text: str) -> None:
    await api.office.household({"idNumber": CANARY, "name": "王小明"})
    answer = await api.ask(text, {"id": CANARY, "no": None}, AGENCY)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"INVALID_DOCUMENT"}


async def test_the_hubs_own_errors_keep_code_and_hint(api: Api) -> None:
    answer = await api.ask(PERSON, {"id": "440106"})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_IDENTIFIER"
    assert "the document" in error["extensions"]["hint"]
    assert (error["path"], answer["data"]) == (["naturalPerson"], {"naturalPerson": None})
