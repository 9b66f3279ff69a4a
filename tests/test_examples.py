"""The examples of the documents, followed step by step as a reader would."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.access import Viewer
from hub.serve import open_services
from hub.settings import load_settings
from hub.stewardship.granting import fill_development_grants
from tests.cli.running import call_hub
from tests.documents import ROOT, commands, read, sent_bodies, snippets
from tests.served import AGENCY, Api, department, served


@pytest.fixture
def reader(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a reader in the checkout who has a database and nothing in it."""
    monkeypatch.chdir(ROOT)
    environment = {"HUB_DATABASE_URL": database_url, "HUB_DATA_DIR": str(tmp_path)}
    assert list(follow("hub keys create", environment)) == [0]
    return environment


def follow(snippet: str, environment: dict[str, str]) -> Iterator[int]:
    """Run the `hub` commands of a snippet; gives their exit codes and keeps what is exported."""
    for words in commands(snippet):
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            environment[name] = value
        elif words[0] == "hub" and words[1] != "serve":
            yield call_hub(*words[1:], **environment)[0]


@asynccontextmanager
async def hub_of(environment: dict[str, str]) -> AsyncIterator[Api]:
    async with open_services(load_settings(environment)) as services, served(services) as client:
        await fill_development_grants(services.database, services.model)  # as on the database that comes along
        yield Api(client, services)


async def send(api: Api, body: str, viewer: Viewer) -> dict[str, object]:
    """The data that a body brings, as curl sends it."""
    response = await api.client.post(
        "/graphql", content=body.encode(), headers=api.headers(viewer) | {"Content-Type": "application/json"}
    )
    answer = response.json()
    assert "errors" not in answer, answer
    data: dict[str, object] = answer["data"]
    return data


async def test_the_readme_can_be_followed_from_the_first_file_to_the_last_answer(reader: dict[str, str]) -> None:
    text = read("README.md")
    exit_codes = [code for snippet in snippets(text, "sh") for code in follow(snippet, reader)]
    assert exit_codes == [1, 0, 0, 0]
    async with hub_of(reader) as api:
        for query, answer in zip(snippets(text, "graphql"), snippets(text, "json"), strict=True):
            assert await api.data(query) == json.loads(answer)

        asked, submitted = sent_bodies(text)
        entity = (await send(api, asked, AGENCY))["legalEntity"]
        assert isinstance(entity, dict)
        assert entity["name"] == "广州基准信息技术有限公司"
        results = (await send(api, submitted, department("PUBLIC_SECURITY")))["submitRecords"]
        assert isinstance(results, dict)
        assert [one["outcome"] for one in results["results"]] == ["UPDATED", "QUARANTINED"]


async def test_the_register_of_the_model_page_is_added_loaded_and_asked_for(reader: dict[str, str]) -> None:
    text = read("docs/model.md")
    assert set(follow(snippets(text, "sh")[0], reader)) == {0}
    async with hub_of(reader) as api:
        assert await api.data(snippets(text, "graphql")[0]) == json.loads(snippets(text, "json")[0])
        posts = '{ naturalPerson(idNumber: "440106199001010013") { foodSafetyPosts { role } } }'
        assert await api.data(posts) == {"naturalPerson": None}


async def test_the_onboarding_page_adds_a_register_from_its_file_alone(reader: dict[str, str]) -> None:
    text = read("docs/onboarding.md")
    assert [code for snippet in snippets(text, "sh") for code in follow(snippet, reader)] == [0, 0]
    async with hub_of(reader) as api:
        for query, answer in zip(snippets(text, "graphql"), snippets(text, "json"), strict=True):
            assert await api.data(query) == json.loads(answer)
        listed = await api.data(
            "{ registers { name departmentZh recordTypes { name items { name codes columns } } }"
            " catalog { item deciders granted } }"
        )
    (register,) = (one for one in listed["registers"] if one["name"] == "real_estate")
    assert register["departmentZh"] == "自然资源部门"
    items = {item["name"]: item for item in register["recordTypes"][0]["items"]}
    assert items["use"]["codes"] == "real_estate_use"
    assert items["idNumber"]["columns"] == ["权利人身份证号", "公民身份号码", "idNumber"]
    leaves = {one["item"]: (one["deciders"], one["granted"]) for one in listed["catalog"]}
    assert leaves["postalAddress"] == leaves["realEstateRights.use"] == (["NATURAL_RESOURCES"], True)
    assert "coOwnedRealEstate" in leaves


def test_the_onboarding_page_adds_its_register_to_the_dictionary() -> None:
    code, told = call_hub("model", "doc", HUB_MODEL_DIR=ROOT / "docs/examples/onboarding")
    assert code == 0
    for words in ("| real_estate | 不动产登记 |", "### realEstateRights", "### real_estate_use"):
        assert words in told
    for path in ("postalAddress", "coOwnedRealEstate", "realEstateRights.use"):
        assert f"NaturalPerson.{path}" in told


def test_the_quarantine_page_lists_what_waits(reader: dict[str, str]) -> None:
    assert set(follow(snippets(read("docs/quarantine.md"), "sh")[0], reader)) == {0}
