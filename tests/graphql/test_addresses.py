"""A GET asks what a POST asks, unless its address could name somebody or change something."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from graphql import GraphQLInputObjectType, GraphQLSchema, build_schema, get_named_type, parse
from httpx import Response

from graphql_schema.addresses import WORDLESS, is_wordless
from graphql_schema.global_id import parse_global_id
from graphql_schema.request import GRAPHQL_RESPONSE, JSON
from graphql_schema.trusted import read_trusted
from tests.documents import ROOT
from tests.graphql.malformed import CANARY, NAME
from tests.logs import all_that_is_logged
from tests.people import id_number
from tests.served import AGENCY, Api, department, served
from tests.traced import recording

ME = "{ me { agency } }"
CATALOG = "query($a: AsOf, $full: Boolean!) { catalog(asOf: $a) { __typename item @include(if: $full) } }"
NAMING = {
    "a key": f'{{ naturalPerson(idNumber: "{CANARY}") {{ name }} }}',
    "a key without marks": f"{{ naturalPerson(idNumber: {CANARY}) {{ name }} }}",
    "a key in a variable": "query($a: IdNumber!) { naturalPerson(idNumber: $a) { name } }",
    "keys": "query($a: [IdNumber!]!) { naturalPersons(idNumbers: $a) { outcome } }",
    "a key of an enterprise": '{ legalEntity(creditCode: "91440106MA5000014A") { name } }',
    "a name": f'{{ searchNaturalPersons(name: "{NAME}") {{ totalCount }} }}',
    "a name and a key": "query($i: IdNumber!, $n: String!) { verifyIdentity(idNumber: $i, name: $n) }",
    "an id": "query($a: ID!) { node(id: $a) { id } }",
    "a key in a fragment": '{ ...F } fragment F on Query { entity(scheme: ID_NUMBER, value: "1") { id } }',
    "a key in another operation": f'query A {ME} query B {{ naturalPerson(idNumber: "{CANARY}") {{ name }} }}',
    "an officer": "query($a: String) { accessLog(officer: $a) { __typename } }",
    "text in an object": "query($f: ChangeFilter) { changes(filter: $f) { __typename } }",
    "text below": '{ registers { name } catalog { __typename } changes(filter: {items: ["x"]}) { __typename } }',
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))


async def get(api: Api, query: str, accept: str = GRAPHQL_RESPONSE, **others: object) -> Response:
    """The answer to a query in an address; what is no text goes as JSON."""
    told = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in {"query": query, **others}.items()
    }
    return await api.client.get("/graphql", params=told, headers=api.headers(AGENCY) | {"Accept": accept})


def code(response: Response) -> Any:  # noqa: ANN401
    return response.json()["errors"][0]["extensions"]["code"]


async def test_a_get_is_answered_as_a_post_is(shared_api: Api) -> None:
    variables = {"a": {"validOn": "2024-01-01"}, "full": False}
    for query, others in (
        (ME, {}),
        ("{ registers { name titleZh } __typename }", {}),
        (CATALOG, {"variables": variables}),
        ("query A { me { agency } } query B { registers { name } }", {"operationName": "B"}),
        ("{ me { nothing } }", {}),
        ("{ me {", {}),
    ):
        body = {"query": query, **others}
        for accept in (GRAPHQL_RESPONSE, JSON):
            headers = shared_api.headers(AGENCY) | {"Accept": accept}
            posted = await shared_api.client.post("/graphql", json=body, headers=headers)
            got = await get(shared_api, query, accept, **others)
            assert (got.status_code, got.headers["content-type"]) == (
                posted.status_code,
                posted.headers["content-type"],
            ), query
            assert (got.json().get("data"), got.json().get("errors")) == (
                posted.json().get("data"),
                posted.json().get("errors"),
            ), query
            assert got.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", NAMING)
async def test_a_query_in_which_somebody_could_be_named_goes_by_post(shared_api: Api, name: str) -> None:
    given = {"a": [CANARY] if "keys" in name else CANARY, "i": CANARY, "n": NAME, "f": {"items": [CANARY]}}
    with all_that_is_logged() as log, recording() as recorded:
        operation = {"operationName": "A"} if "operation" in name else {}
        response = await get(shared_api, NAMING[name], variables=given, **operation)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert code(response) == "POST_ONLY"
    for told in (response.text, log.getvalue(), recorded.everything()):
        assert CANARY[:17] not in told
        assert NAME not in told


async def test_nothing_is_written_by_a_get(api: Api) -> None:
    delivery = '{register: "household_registration", idempotencyKey: "k", records: []}'
    submit = f"mutation B {{ submitRecords(input: {delivery}) {{ results {{ outcome }} }} }}"
    reporter = api.headers(department("PUBLIC_SECURITY"))
    for text in (submit, f"query A {ME} {submit}"):
        response = await api.client.get("/graphql", params={"query": text, "operationName": "B"}, headers=reporter)
        assert (response.status_code, response.headers["allow"], code(response)) == (405, "POST", "POST_ONLY"), text
    async with api.services.database.connection() as connection:
        assert await connection.fetchval("select count(*) from submission") == 0


async def test_what_is_asked_by_an_address_pays_and_needs_a_token_as_all_else(shared_api: Api) -> None:
    assert (await get(shared_api, ME)).json()["extensions"]["cost"]["requested"] == 2
    nobody = await shared_api.client.get("/graphql", params={"query": ME})
    assert (nobody.status_code, code(nobody)) == (401, "UNAUTHENTICATED")


async def test_a_trusted_document_is_asked_for_by_its_digest(shared_api: Api, tmp_path: Path) -> None:
    (tmp_path / "me.graphql").write_text(ME, encoding="utf-8")
    (tmp_path / "person.graphql").write_text(NAMING["a key in a variable"], encoding="utf-8")
    trusted = read_trusted(str(tmp_path))
    digests = {text: digest for digest, text in trusted.texts.items()}
    async with served(replace(shared_api.services, trusted=trusted)) as client:
        headers = shared_api.headers(AGENCY)
        for named in (
            {"documentId": f"sha256:{digests[ME]}"},
            {"extensions": msgspec.json.encode({"persistedQuery": {"sha256Hash": digests[ME]}}).decode()},
        ):
            answer = await client.get("/graphql", params=named, headers=headers)
            assert answer.json()["data"] == {"me": {"agency": AGENCY.agency}}
        naming = {"documentId": f"sha256:{digests[NAMING['a key in a variable']]}"}
        assert code(await client.get("/graphql", params=naming, headers=headers)) == "POST_ONLY"
        assert code(await client.get("/graphql", params={"query": "{ me { roles } }"}, headers=headers)) == (
            "DOCUMENT_NOT_TRUSTED"
        )


async def test_a_list_is_paged_by_an_address_whose_cursors_tell_nothing(api: Api) -> None:
    await api.office.household(*({"idNumber": id_number(n), "name": "王"} for n in range(3)))
    page = "query($after: String) { changes(first: 2, after: $after) { nodes { entityId } pageInfo { endCursor } } }"
    first = (await get(api, page)).json()["data"]["changes"]
    cursor = first["pageInfo"]["endCursor"]
    second = (await get(api, page, variables={"after": cursor})).json()["data"]["changes"]
    assert (len(first["nodes"]), len(second["nodes"])) == (2, 1)
    for node in first["nodes"]:
        _, entity_id = parse_global_id(node["entityId"])
        for spelt in (node["entityId"], str(entity_id), entity_id.hex):
            assert spelt not in cursor
        assert entity_id.bytes not in urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    made_up = await get(api, page, variables={"after": CANARY})
    assert (code(made_up), CANARY in made_up.text) == ("INVALID_CURSOR", False)


def arguments_of(schema: GraphQLSchema) -> Iterator[tuple[str, str, str]]:
    """Every argument of every field: of which type, its name, and the name of its own type."""
    for kind in schema.type_map.values():
        for name, field in getattr(kind, "fields", {}).items():
            for argument, given in getattr(field, "args", {}).items():
                yield f"{kind.name}.{name}", argument, get_named_type(given.type).name


def test_an_argument_that_takes_text_keeps_any_document_out_of_an_address(schema: GraphQLSchema) -> None:
    texts = {"String", "ID", "IdNumber", "CreditCode", "PartialDate", "JSON"}
    met = set()
    for place, argument, given in arguments_of(schema):
        if place.startswith("__") or isinstance(schema.type_map[given], GraphQLInputObjectType):
            continue
        kind, _, field = place.partition(".")
        document = parse(f"fragment F on {kind} {{ {field}({argument}: $a) }}")
        assert is_wordless(schema, document) == (given not in texts or is_cursor(schema, place, argument)), place
        met.add(given)
    assert met >= {"String", "ID", "IdNumber", "CreditCode"}
    assert not texts & WORDLESS


def is_cursor(schema: GraphQLSchema, place: str, argument: str) -> bool:
    """Whether an argument is one by which a page of a list goes on."""
    kind, _, field = place.partition(".")
    page = get_named_type(getattr(schema.type_map[kind], "fields", {})[field].type)
    return argument == "after" and page.name.endswith("Connection")


async def test_an_address_is_bounded_as_a_body_is(shared_api: Api) -> None:
    settings = msgspec.structs.replace(shared_api.services.settings, max_request_bytes=1_024)
    async with served(replace(shared_api.services, settings=settings)) as client:
        headers = shared_api.headers(AGENCY)
        response = await client.get("/graphql", params={"query": f"{ME}#{'x' * 1_024}"}, headers=headers)
    assert (response.status_code, code(response)) == (413, "REQUEST_TOO_LARGE")
