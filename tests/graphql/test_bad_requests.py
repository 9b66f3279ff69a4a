"""A request that is well formed and asks in a way that it may not is refused plainly, by work that is bounded."""

import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from types import FrameType
from typing import Any

import pytest
from graphql import GraphQLSchema, get_introspection_query
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from graphql_schema.app import build_app
from graphql_schema.documents import Documents, InvalidDocuments
from graphql_schema.request import GRAPHQL_RESPONSE, JSON, answer_type
from graphql_schema.schema import build_schema
from hub.catalog import Model
from hub.errors import HubError, NotAcceptable, NotServed
from hub.settings import Settings
from tests.graphql.malformed import ME, query
from tests.people import id_number
from tests.served import AGENCY, Api, department


async def test_an_endless_body_is_not_read_to_its_end(shared_api: Api) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 65_536
            yield b" " * 65_536

    for content in (b" " * 10_000_000, endless()):
        response = await shared_api.client.post(
            "/graphql", content=content, headers=shared_api.headers(AGENCY) | {"Content-Type": JSON}
        )
        assert response.status_code == 413
        assert response.json()["errors"][0]["extensions"]["code"] == "REQUEST_TOO_LARGE"
    assert (await shared_api.data(ME))["me"] == {"agency": AGENCY.agency}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/jsonx",
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "application/json; charset=utf-16",
        "application/json; charset=gb18030",
        "text/plain; application/json",
    ],
)
async def test_a_content_type_other_than_json_in_utf_8_is_unsupported(shared_api: Api, content_type: str) -> None:
    response = await shared_api.client.post(
        "/graphql", content=query(ME), headers=shared_api.headers(AGENCY) | {"Content-Type": content_type}
    )
    assert response.status_code == 415
    assert response.json()["errors"][0]["extensions"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_json_in_utf_8_is_understood_however_it_is_named(shared_api: Api) -> None:
    for name in ("application/json", "Application/JSON;charset=UTF-8", 'application/json; charset="utf-8"'):
        headers = shared_api.headers(AGENCY) | {"Content-Type": name}
        assert (await shared_api.client.post("/graphql", content=query(ME), headers=headers)).status_code == 200
    packed = shared_api.headers(AGENCY) | {"Content-Type": JSON, "Content-Encoding": "gzip"}
    assert (await shared_api.client.post("/graphql", content=b"\x1f\x8b", headers=packed)).status_code == 415


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_any_method_but_get_and_post_is_refused_and_told_which_are_allowed(shared_api: Api, method: str) -> None:
    response = await shared_api.client.request(
        method, "/graphql", params={"query": ME}, headers=shared_api.headers(AGENCY) | {"Accept": GRAPHQL_RESPONSE}
    )
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    if method != "HEAD":
        assert response.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, {JSON}", GRAPHQL_RESPONSE),
        (f"{JSON}, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0.5, {JSON}", JSON),
        (f"{GRAPHQL_RESPONSE};q=0.5, {JSON};q=0.4, */*;q=0.1", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}; charset=utf-8, */*;q=0.1", GRAPHQL_RESPONSE),
        (f"{JSON};q=0, */*", GRAPHQL_RESPONSE),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        (f"TEXT/HTML, {GRAPHQL_RESPONSE.upper()}", GRAPHQL_RESPONSE),
    ],
)
async def test_the_answer_has_the_media_type_that_is_preferred(shared_api: Api, accept: str, expected: str) -> None:
    response = await shared_api.client.post(
        "/graphql", json={"query": ME}, headers=shared_api.headers(AGENCY) | {"Accept": accept}
    )
    assert (response.status_code, response.headers["content-type"]) == (200, f"{expected}; charset=utf-8")
    assert (response.headers["cache-control"], response.headers["x-content-type-options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("accept", ["text/html", "image/*", f"{JSON};q=0", "application/json; charset=utf-16", "?"])
async def test_who_accepts_nothing_that_the_hub_speaks_is_told_so(shared_api: Api, accept: str) -> None:
    response = await shared_api.client.post(
        "/graphql", json={"query": ME}, headers=shared_api.headers(AGENCY) | {"Accept": accept}
    )
    assert response.status_code == 406
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


@given(st.text(st.sampled_from('aplicton/jsgrhqe-+*;=.,0123456789 "\t'), max_size=60))
def test_any_accept_header_is_understood_or_refused(accept: str) -> None:
    with suppress(NotAcceptable):
        assert answer_type(accept) in (JSON, GRAPHQL_RESPONSE)


async def test_errors_of_fields_leave_the_status_alone(shared_api: Api) -> None:
    for accept in (JSON, GRAPHQL_RESPONSE):
        response = await shared_api.client.post(
            "/graphql",
            json={"query": '{ node(id: "x") { id } }'},
            headers=shared_api.headers(AGENCY) | {"Accept": accept},
        )
        assert (response.status_code, response.json()["data"]) == (200, {"node": None})
        assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_ID"


async def test_one_request_asks_for_so_many_keys_in_all_its_lists_together(shared_api: Api) -> None:
    document = "query($a: [IdNumber!]!) { a: naturalPersons(idNumbers: $a) { outcome } %s }"
    keys = {"a": [id_number(place) for place in range(251)]}
    assert len((await shared_api.data(document % "", keys))["a"]) == 251
    answer = await shared_api.ask(document % "b: naturalPersons(idNumbers: $a) { outcome }", keys)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["LIST_TOO_LONG"]


async def test_an_answer_that_would_hold_too_much_is_refused_whole(shared_api: Api) -> None:
    aliases = " ".join(f"a{place}: version" for place in range(200))
    below = f"naturalPerson {{ {aliases} }}"
    response = await shared_api.client.post(
        "/graphql",
        json={
            "query": f"query($a: [IdNumber!]!) {{ naturalPersons(idNumbers: $a) {{ {below} }} }}",
            "variables": {"a": [id_number(place) for place in range(300)]},
        },
        headers=shared_api.headers(AGENCY),
    )
    assert (response.status_code, list(response.json())) == (413, ["errors"])
    assert response.json()["errors"][0]["extensions"]["code"] == "ANSWER_TOO_LARGE"


SUBMIT = "mutation($input: SubmitRecordsInput!) { submitRecords(input: $input) { results { outcome } } }"
DELIVERY = {"register": "household_registration", "idempotencyKey": "k", "records": []}


@pytest.mark.parametrize(
    "change",
    [
        {"idempotencyKey": ""},
        {"idempotencyKey": "a\0b"},
        {"idempotencyKey": "a" * 201},
        {"sourceUnit": "a\nb"},
        {"statedOn": "0001-01-01"},
        {"statedOn": "9999-12-31"},
        {"records": [{"recordType": "household", "values": {}, "statedAt": "0001-01-01T00:00:00+14:00"}]},
        {"records": [{"recordType": "household", "values": {}, "statedAt": "9999-12-31T23:59:59.999999-12:00"}]},
        {"records": [{"recordType": "household", "values": {}, "statedAt": "9999-12-31T23:59:59"}]},
    ],
)
async def test_a_delivery_with_an_impossible_frame_is_refused_whole(shared_api: Api, change: dict[str, Any]) -> None:
    answer = await shared_api.ask(SUBMIT, {"input": DELIVERY | change}, department("PUBLIC_SECURITY"))
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_ARGUMENT"
    async with shared_api.services.database.connection() as connection:
        assert await connection.fetchval("select count(*) from submission") == 0


@pytest.mark.parametrize(
    "values",
    [
        None,
        7,
        "a",
        [1],
        {"name": "\0"},
        {"name": ["王"]},
        {"name": {"name": {"name": "王"}}},
        {"sex": {"code": [[]]}},
        {"idNumber": 10**19},
        {"idNumber": -1.5e300},
        {"idNumber": True},
        {"": ""},
        {"公民身份号码": {"公民身份号码": "1"}},
        {"\0": "\0"},
        {"household.name": "王"},
        {"a" * 10_000: 1},
    ],
)
async def test_a_record_of_any_shape_has_an_outcome(
    shared_api: Api, values: object, request: pytest.FixtureRequest
) -> None:
    given = DELIVERY | {"idempotencyKey": request.node.name, "records": [{"recordType": "household", "values": values}]}
    answer = await shared_api.ask(SUBMIT, {"input": given}, department("PUBLIC_SECURITY"))
    codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
    if codes:
        assert codes == ["INVALID_DOCUMENT"]
    else:
        assert answer["data"]["submitRecords"]["results"] == [{"outcome": "QUARANTINED"}]


def calls_of(work: Callable[[], object]) -> int:
    """How many functions of Python ``work`` calls: its cost, without a clock."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def doubling(levels: int, body: str = "") -> str:
    steps = [f"fragment F{n} on Query {{ {body} ...F{n + 1} {body} ...F{n + 1} }}" for n in range(levels)]
    return "{ ...F0 } " + " ".join(steps) + f" fragment F{levels} on Query {{ me {{ agency }} }}"


def spread(fields: Iterable[str]) -> str:
    return "{ me { agency } " + " ".join(fields) + " }"


COSTLY: Mapping[str, str] = {
    "20 fragments that double": doubling(20),
    "90 fragments that double": doubling(90),
    "fragments that double with fields": doubling(20, "me { agency }"),
    "300 fragments of the same": spread(f"...F{n}" for n in range(300))
    + " ".join(f"fragment F{n} on Query {{ me {{ agency officer }} }}" for n in range(300)),
    "90 fragments each in each": "{ ...F0 } "
    + " ".join(f"fragment F{n} on Query {spread(f'...F{m}' for m in range(n + 1, 91, 3))}" for n in range(91)),
    "one field 900 times": "{ " + "me { agency } " * 900 + "}",
    "one leaf 3,900 times": "{ me { " + "agency " * 3_900 + "} }",
    "fields 20 times in 45 times": "{ " + ("me { " + "agency " * 45 + "} ") * 20 + "}",
    "one field with arguments 500 times": "{ " + '__type(name: "a") { name } ' * 500 + "}",
    "inline fragments 900 times": "{ me { " + "... { agency } " * 900 + "} }",
    "a fragment that nobody uses": "{ me { agency } } fragment F on Query { " + "me { agency } " * 900 + "}",
    "1,900 aliases": "{ me { " + " ".join(f"a{n}: agency" for n in range(1_300)) + " } }",
    "edges of edges": ME + " fragment F on NaturalPerson { "
    + "positions { legalEntity { businessRegistration { legalRepresentative { person { " * 6 + "name" + " }" * 31,
}  # fmt: skip


@pytest.fixture(scope="module")
def graphql_schema(model: Model) -> GraphQLSchema:
    schema: GraphQLSchema = build_schema(model, Settings())._schema  # noqa: SLF001
    return schema


@pytest.mark.parametrize("name", COSTLY)
def test_a_costly_document_costs_little_to_refuse(graphql_schema: GraphQLSchema, name: str) -> None:
    documents = Documents(graphql_schema, Settings())

    def prepare() -> None:
        with suppress(HubError, InvalidDocuments):
            documents.prepare(COSTLY[name])

    assert calls_of(prepare) < 400_000, name


def test_the_usual_documents_pass(graphql_schema: GraphQLSchema) -> None:
    documents = Documents(graphql_schema, Settings())
    documents.prepare(get_introspection_query(specified_by_url=True, input_value_deprecation=True))
    documents.prepare("{ ...A ...B } fragment A on Query { me { agency } } fragment B on Query { me { agency roles } }")
    assert documents.prepare(ME) is documents.prepare(ME)


def test_a_long_document_is_not_kept(graphql_schema: GraphQLSchema) -> None:
    documents = Documents(graphql_schema, Settings())
    long = f"{ME} # {'x' * 4_000}"
    assert documents.prepare(long) is not documents.prepare(long)


async def test_an_address_where_nothing_is_tells_what_the_hub_serves(api: Api) -> None:
    plain = await api.client.get("/graphq1")
    assert (plain.status_code, plain.text.splitlines()) == (404, [NotServed().message, NotServed.hint])
    asked = await api.client.get("/explorer/nowhere", headers={"Accept": "application/json"})
    (error,) = asked.json()["errors"]
    assert (asked.status_code, error["extensions"]["code"]) == (404, "NOT_SERVED")
    app = build_app(lambda: nullcontext(api.services))
    for path in {route.path for route in app.routes if isinstance(route, Route)} - {"/"}:
        assert path in NotServed.hint


async def test_a_purpose_is_read_to_its_end_or_refused(api: Api) -> None:
    headers = api.headers(AGENCY) | {"Hub-Purpose": f"{'x' * 195} CREDIT"}
    refused = await api.client.post("/graphql", json={"query": ME}, headers=headers)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"]) == (400, "BAD_REQUEST")
