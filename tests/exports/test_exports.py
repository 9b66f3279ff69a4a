"""An agency orders items of many entities, and fetches one file with a row for each key."""

import hashlib
from base64 import b64encode
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hub.access import Role
from hub.exports.holding import ending_holders
from tests.exports.ordering import ORDER, Exports, codes_of, plain, rows_of, sealed
from tests.people import credit_code, id_number
from tests.served import AGENCY

PEOPLE = [id_number(n) for n in range(450)]
STRANGER = id_number(999, "19550505")


async def test_a_file_has_a_row_for_each_key_in_the_order_given(exports: Exports) -> None:
    await exports.api.office.household(*({"idNumber": one, "name": f"王{one[-4:]}"} for one in PEOPLE))
    keys = [*reversed(PEOPLE), STRANGER, "not a number", PEOPLE[0]]
    ordered = await exports.order(["name", "sex"], keys)
    ready = await exports.over(ordered["id"])
    assert ready["progress"] == {"done": len(keys), "total": len(keys)}
    assert ready["rows"] == len(PEOPLE) + 1
    response = await exports.fetch(ordered["id"])
    rows = rows_of(response)
    assert [row["key"] for row in rows] == keys
    assert [row["name"] for row in rows[: len(PEOPLE)]] == [f"王{one[-4:]}" for one in reversed(PEOPLE)]
    assert [row["outcome"] for row in rows[-3:]] == ["NOT_FOUND", "INVALID", "FOUND"]
    assert {*rows[0]} == {"key", "outcome", "id", "version", "name", "sex"}
    digest = hashlib.sha256(response.content)
    assert ready["file"] == {
        "path": f"/exports/{ordered['id']}",
        "size": len(response.content),
        "digest": digest.hexdigest(),
    }
    assert response.headers["Repr-Digest"] == f"sha-256=:{b64encode(digest.digest()).decode()}:"
    assert response.headers["Content-Type"].startswith("application/x-ndjson")


async def test_what_is_not_given_is_null_in_each_row_with_the_reason(exports: Exports) -> None:
    await exports.api.office.household({"idNumber": PEOPLE[0], "name": "王", "photo": "aGk="})
    ordered = await exports.order(["name", "household.photo"], [PEOPLE[0]])
    assert ordered["denied"] == ["household.photo"]
    await exports.over(ordered["id"])
    (row,) = rows_of(await exports.fetch(ordered["id"]))
    assert (row["name"], row["household"]) == ("王", {"photo": None})
    assert row["refused"] == {"household.photo": "FIELD_NOT_GRANTED"}


async def test_entities_are_named_by_ids_as_well_as_by_keys(exports: Exports) -> None:
    await exports.api.office.household({"idNumber": PEOPLE[0], "name": "王"}, {"idNumber": PEOPLE[1], "name": "李"})
    await exports.api.office.business({"creditCode": credit_code(1), "name": "公司"})
    (company,) = await exports.rows(["name"], [credit_code(1)], kind="LEGAL_ENTITY")
    first, second = await exports.rows(["name"], PEOPLE[:2])
    again = await exports.rows(["name"], [second["id"], PEOPLE[0], company["id"], first["id"]])
    assert [(row["outcome"], row.get("name")) for row in again] == [
        ("FOUND", "李"),
        ("FOUND", "王"),
        ("NOT_FOUND", None),
        ("FOUND", "王"),
    ]
    assert plain(again[1]) == plain(again[3]) == plain(first)


async def test_provenance_comes_along_where_it_is_asked_for(exports: Exports) -> None:
    await exports.api.office.household({"idNumber": PEOPLE[0], "name": "王"})
    (row,) = await exports.rows(["name", "household.townOrSubdistrict"], [PEOPLE[0]], provenance=True)
    assert row["provenance"]["name"]["source"]["register"] == "household_registration"
    assert row["household"]["source"]["register"] == "household_registration"


async def test_rows_are_of_the_moment_that_is_asked_for(exports: Exports) -> None:
    await exports.api.office.household({"idNumber": PEOPLE[0], "name": "王"})
    before = (await exports.api.data("{ latestChange { node { recordedAt } } }"))["latestChange"]["node"]["recordedAt"]
    await exports.api.office.household({"idNumber": PEOPLE[0], "name": "李"}, stated_on=date(2024, 2, 1))
    now, then = [
        (await exports.rows(["name"], [PEOPLE[0]], **asked))[0]["name"]
        for asked in ({}, {"asOf": {"knownAt": before, "validOn": "2024-03-01"}})
    ]
    assert (now, then) == ("李", "王")


async def test_a_long_list_comes_by_itself_once(exports: Exports) -> None:
    await exports.api.office.household({"idNumber": PEOPLE[0], "name": "王"})
    ordered = await exports.order(["name"])
    assert ordered["state"] == "LISTING"
    response = await exports.list_keys(ordered["id"], f"\ufeff{PEOPLE[0]}\r\n\n {STRANGER} \n")
    assert (response.status_code, response.json()["total"]) == (202, 2)
    again = await exports.list_keys(ordered["id"], PEOPLE[1])
    assert (again.status_code, codes_of(again)) == (409, ["EXPORT_LISTED"])
    await exports.over(ordered["id"])
    assert [row["outcome"] for row in rows_of(await exports.fetch(ordered["id"]))] == ["FOUND", "NOT_FOUND"]


async def test_no_other_agency_learns_of_an_export(exports: Exports) -> None:
    ordered = await exports.order(["name"], [PEOPLE[0]])
    await exports.over(ordered["id"])
    other = Exports(exports.api, replace(AGENCY, agency="另一机关"))
    answers = [
        await other.api.ask("query($id: ID!) { export(id: $id) { id } }", {"id": ordered["id"]}, other.viewer),
        await other.api.ask("mutation($id: ID!) { cancelExport(id: $id) { id } }", {"id": ordered["id"]}, other.viewer),
        (await other.fetch(ordered["id"])).json(),
        (await other.list_keys(ordered["id"], PEOPLE[0])).json(),
    ]
    assert [answer["errors"][0]["extensions"]["code"] for answer in answers] == ["UNKNOWN_EXPORT"] * 4
    assert (await other.api.data("{ exports { id } }", viewer=other.viewer))["exports"] == []
    assert (await exports.fetch(ordered["id"])).status_code == 200


async def test_who_may_not_ask_may_not_fetch(exports: Exports) -> None:
    ordered = await exports.order(["name"], [PEOPLE[0]])
    await exports.over(ordered["id"])
    path = f"/exports/{ordered['id']}"
    assert (await exports.api.client.get(path)).status_code == 401
    colleague = Exports(exports.api, replace(AGENCY, roles=frozenset({Role.DEVELOPER})))
    response = await colleague.fetch(ordered["id"])
    assert (response.status_code, codes_of(response)) == (403, ["EXPORT_ACCESS_ENDED"])
    nobody = await colleague.api.ask(ORDER, {"input": {"kind": "NATURAL_PERSON", "items": ["name"]}}, colleague.viewer)
    assert nobody["errors"][0]["extensions"]["code"] == "FIELD_NOT_GRANTED"


async def test_a_file_is_fetched_from_any_byte_on(exports: Exports) -> None:
    await exports.api.office.household(*({"idNumber": one, "name": "王"} for one in PEOPLE))
    ordered = await exports.order(["name"], PEOPLE)
    await exports.over(ordered["id"])
    whole = (await exports.fetch(ordered["id"])).content
    tag = (await exports.fetch(ordered["id"])).headers["ETag"]
    middle = len(whole) // 2
    for asked, first, end in (
        (f"bytes={middle}-", middle, len(whole)),
        (f"bytes=10-{middle}", 10, middle + 1),
        ("bytes=-7", len(whole) - 7, len(whole)),
        (f"bytes=0-{len(whole) * 2}", 0, len(whole)),
    ):
        part = await exports.fetch(ordered["id"], **{"Range": asked, "If-Range": tag})
        assert (part.status_code, part.content) == (206, whole[first:end]), asked
        assert part.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(whole)}"
    beyond = await exports.fetch(ordered["id"], Range=f"bytes={len(whole)}-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")
    for headers in ({"Range": "bytes=10-", "If-Range": '"another"'}, {"Range": "lines=1-2"}):
        assert (await exports.fetch(ordered["id"], **headers)).status_code == 200


async def test_a_cancelled_export_leaves_nothing_sealed(exports: Exports) -> None:
    ordered = await exports.order(["name"], PEOPLE)
    cancelled = await exports.api.data("mutation($id: ID!) { cancelExport(id: $id) { state } }", {"id": ordered["id"]})
    assert cancelled["cancelExport"]["state"] == "CANCELLED"
    response = await exports.fetch(ordered["id"])
    assert (response.status_code, codes_of(response)) == (409, ["EXPORT_NOT_READY"])
    assert await sealed(exports) == (0, 0)


async def test_whoever_is_in_a_file_is_in_the_access_log_before(exports: Exports) -> None:
    await exports.api.office.household(*({"idNumber": one, "name": "王"} for one in PEOPLE))
    rows = await exports.rows(["name"], PEOPLE)
    assert len(rows) == len(PEOPLE)
    async with exports.api.services.database.connection() as connection:
        entries = await connection.fetch("select operation, entity_ids from audit.access_log order by at, position")
        views = await connection.fetch("select entity_id from view")
    assert {row["entity_id"] for row in views} == {
        one for entry in entries if entry["operation"] == "export" for one in entry["entity_ids"]
    }
    assert (entries[0]["operation"], entries[-1]["operation"]) == ("order export", "fetch export")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"items": []}, "INVALID_ARGUMENT"),
        ({"items": ["nothing"]}, "INVALID_ARGUMENT"),
        ({"items": ["id"]}, "INVALID_ARGUMENT"),
        ({"items": ["name.first"]}, "INVALID_ARGUMENT"),
        ({"items": ["spouse.person.name"]}, "INVALID_ARGUMENT"),
        ({"items": ["name } } __schema { types { name"]}, "INVALID_ARGUMENT"),
        ({"items": ["name"], "keys": [" "]}, "INVALID_ARGUMENT"),
        ({"items": ["name"], "keys": ["9" * 65]}, "INVALID_ARGUMENT"),
        ({"items": ["name"], "asOf": {"version": 1}}, "VERSION_OF_MANY"),
        ({"items": ["household.photo"]}, "FIELD_NOT_GRANTED"),
    ],
)
async def test_what_cannot_be_exported_is_refused_at_once(exports: Exports, given: dict[str, Any], code: str) -> None:
    answer = await exports.api.ask(ORDER, {"input": {"kind": "NATURAL_PERSON"} | given})
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
    assert (await exports.api.data("{ exports { state } }"))["exports"] in ([], [{"state": "CANCELLED"}])


async def test_a_file_that_holds_a_number_which_is_destroyed_is_ended_and_others_stay(exports: Exports) -> None:
    mother, child, stranger = PEOPLE[:3]
    await exports.api.office.household(
        {"idNumber": mother, "name": "母"},
        {"idNumber": child, "name": "子", "headOfHousehold.idNumber": mother, "headOfHousehold.name": "母"},
        {"idNumber": stranger, "name": "某"},
    )
    wanted = {
        "of others": (["household.headOfHousehold.idNumber"], [child], "NDJSON"),
        "its own": (["idNumber"], [mother], "PARQUET"),
        "nobody's": (["household.headOfHousehold.name"], [child], "NDJSON"),
        "a stranger's": (["idNumber"], [stranger], "NDJSON"),
        "a stranger's columns": (["idNumber"], [stranger], "PARQUET"),
    }
    ids = {}
    for name, (items, keys, form) in wanted.items():
        ids[name] = (await exports.order(items, keys, format=form))["id"]
        assert (await exports.over(ids[name]))["state"] == "READY"
    desk = exports.api.services.desk
    async with desk.database.connection() as connection:
        entity_id = await connection.fetchval(
            "select entity_id from vault.identifier where lookup = $1", desk.vault.lookup("ID_NUMBER", mother)
        )
    async with ending_holders(desk, [entity_id]):
        assert {name: (await exports.look(one))["state"] for name, one in ids.items()} == {
            "of others": "FAILED",
            "its own": "FAILED",
            "nobody's": "READY",
            "a stranger's": "READY",
            "a stranger's columns": "READY",
        }
        late = (await exports.order(["idNumber"], [mother]))["id"]
        assert (await exports.over(late))["state"] == "READY"
    assert (await exports.look(late))["failure"]["code"] == "EXPORT_SHREDDED"
    assert codes_of(await exports.fetch(ids["its own"])) == ["EXPORT_NOT_READY"]
    assert rows_of(await exports.fetch(ids["a stranger's"]))[0]["idNumber"] == stranger
