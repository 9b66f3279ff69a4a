"""The schema teaches: each description says what the TOML files say, read here without the hub's loader."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema
from graphql import build_schema as parse_schema

from tests.documents import ROOT, read

SENSITIVITY = {"O": "Organisation data", "P": "Personal data", "S": "Sensitive personal data"}
BASIS = {"COMPARISON": "comparison (GZ-Detail Art. 19)", "EXTENSION": "Extension", "DERIVED": "Derived"}
OWNERS = {"NATURAL_PERSON": "NaturalPerson", "LEGAL_ENTITY": "LegalEntity"}


def tables(name: str) -> Iterator[dict[str, Any]]:
    """Every table ``name`` of the shipped model, those of a register with the register beside them."""
    for path in sorted((ROOT / "hub/catalog/model").rglob("*.toml")):
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        found = file.get(name, [])
        for table in found if isinstance(found, list) else [found]:
            yield {"of": file.get("register", {}), **table}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return parse_schema(read("schema.graphql"))


@pytest.fixture(scope="module")
def departments() -> dict[str, str]:
    return {table["name"]: table["zh"] for table in tables("department")}


@pytest.fixture(scope="module")
def lists() -> dict[str, str]:
    return {table["name"]: f"{table['name']}, version {table['version']}" for table in tables("code_list")}


@pytest.fixture(scope="module")
def records() -> dict[str, dict[str, Any]]:
    return {table["name"]: table for table in tables("record")}


def description(schema: GraphQLSchema, owner: str, field: str) -> str:
    found = schema.get_type(owner)
    assert isinstance(found, GraphQLObjectType), owner
    return " ".join((found.fields[field].description or "").split())


def test_every_item_of_a_record_teaches_its_law_its_decider_its_codes_and_its_duty(
    schema: GraphQLSchema, departments: dict[str, str], lists: dict[str, str], records: dict[str, dict[str, Any]]
) -> None:
    told = 0
    for record in records.values():
        for item in record["item"]:
            if item.get("placed") == "entity":
                continue
            text = description(schema, record["type"], item["name"])
            parts = item.get("parts", {}).values()
            facts = [item["title"], item["zh"], record["article"]]
            facts.append(departments[record.get("department", record["of"]["department"])])
            facts.append(SENSITIVITY[item.get("sensitivity", "P")])
            facts.append(record["of"]["update_duty"])
            facts += [lists[part["codes"]] for part in (item, *parts) if "codes" in part]
            facts += [part["number"] for part in (item, *parts) if "number" in part]
            if not any("number" in part for part in (item, *parts)):
                facts += [BASIS[item["basis"]]] if item.get("basis", "LISTED") in BASIS else []
            assert [fact for fact in facts if fact not in text] == [], (record["name"], item["name"])
            told += 1
    assert told > 200


def test_every_merged_item_teaches_its_law_its_deciders_in_order_and_its_codes(
    schema: GraphQLSchema, departments: dict[str, str], lists: dict[str, str], records: dict[str, dict[str, Any]]
) -> None:
    for item in tables("merged_item"):
        text = description(schema, OWNERS[item["entity"]], item["name"])
        deciders = [records[rule["from"].partition(".")[0]] for rule in item.get("authority", [])]
        named = [record["name"] for record in deciders]
        facts = [item["title"], item["zh"], item["article"], SENSITIVITY[item.get("sensitivity", "P")], *named]
        facts += [departments[record.get("department", record["of"]["department"])] for record in deciders]
        facts += [record["of"]["update_duty"] for record in deciders]
        facts += [lists[item["codes"]]] if "codes" in item else []
        assert [fact for fact in facts if fact not in text] == [], item["name"]
        order = [text.index(f"{name} of ") for name in dict.fromkeys(named)]
        assert order == sorted(order), item["name"]


def test_every_item_of_a_small_record_teaches_its_title_its_number_and_its_codes(
    schema: GraphQLSchema, lists: dict[str, str]
) -> None:
    for shape in tables("shape"):
        for item in shape["item"]:
            text = description(schema, shape["name"], item["name"])
            facts = [item["title"], item["zh"], item.get("number", ""), "Decided by", "Update duty"]
            facts += [lists[item["codes"]]] if "codes" in item else []
            assert [fact for fact in facts if fact not in text] == [], (shape["name"], item["name"])


def test_every_record_type_teaches_who_is_responsible_and_how_soon_a_change_must_come(
    schema: GraphQLSchema, departments: dict[str, str], records: dict[str, dict[str, Any]]
) -> None:
    for record in records.values():
        if all(item.get("placed") == "entity" for item in record["item"]):
            continue
        for text in (
            schema.type_map[record["type"]].description or "",
            description(schema, OWNERS[record["entity"]], record["name"]),
        ):
            facts = [record["zh"], record["article"], record["of"]["update_duty"]]
            facts.append(departments[record.get("department", record["of"]["department"])])
            assert [fact for fact in facts if fact not in " ".join(text.split())] == [], record["name"]


def test_every_edge_teaches_its_law_what_it_goes_by_its_deciders_and_their_duties(
    schema: GraphQLSchema, departments: dict[str, str], records: dict[str, dict[str, Any]]
) -> None:
    for edge in tables("edge"):
        text = description(schema, OWNERS[edge["entity"]], edge["name"])
        ways = [*edge.get("names", []), *edge.get("named_in", [])]
        told_by = [records[path.partition(".")[0]] for path in ways]
        facts = [edge["title"], edge["zh"], edge["article"], SENSITIVITY[edge.get("sensitivity", "P")], *ways]
        facts += [departments[record.get("department", record["of"]["department"])] for record in told_by]
        facts += [record["of"]["update_duty"] for record in told_by]
        assert [fact for fact in facts if fact not in text] == [], edge["name"]
        assert text in " ".join((schema.type_map[edge["type"]].description or "").split()), edge["name"]
