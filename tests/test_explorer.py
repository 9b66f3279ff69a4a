"""The explorer in a real browser, against a small schema of its own."""

import json
import re
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest
import strawberry
import uvicorn
from playwright.async_api import ConsoleMessage, Page, async_playwright
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL

from graphql_schema import explorer

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EXAMPLE = 'query Ready { greeting(name: "基准") }'
HEADERS = {"Authorization": "Bearer demo</script>"}

needs_assets = pytest.mark.skipif(explorer.find_assets() is None, reason="ruru is not installed: make explorer")
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed: apt-get install chromium")


def greet(info: strawberry.Info, name: str) -> str:
    return f"hello {name}, you sent {info.context['request'].headers.get('Authorization')}"


@strawberry.type
class Query:
    greeting: str = strawberry.field(resolver=greet)


def explorer_app(assets: Path | None) -> Starlette:
    graphql = GraphQL[object, object](strawberry.Schema(Query), graphql_ide=None)
    routes = explorer.routes(assets, "/graphql", HEADERS, EXAMPLE)
    return Starlette(routes=[Route("/graphql", graphql), *routes])


def configuration_of(page: str) -> dict[str, str]:
    found = re.search(r'id="configuration">(.*?)</script>', page)
    assert found
    return dict(json.loads(found[1]))


@pytest.fixture
def address() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(explorer_app(explorer.find_assets()), ws="none", log_config=None)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


class Tab:
    """A browser tab that remembers whom it asked and what it complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.context.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    @property
    def hosts(self) -> set[str]:
        return {urlsplit(url).netloc for url in self.asked if urlsplit(url).scheme not in ("data", "blob")}


@pytest.fixture
async def tab() -> AsyncIterator[Tab]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        try:
            yield Tab(await browser.new_page(viewport={"width": 1280, "height": 800}))
        finally:
            await browser.close()


async def run_query(tab: Tab) -> None:
    await tab.page.get_by_label("Operation Editor").get_by_text("Ready").wait_for()
    await tab.page.get_by_role("button", name="Execute query").click()
    await tab.page.get_by_label("Result Window").get_by_text("hello 基准, you sent Bearer demo</script>").wait_for()


async def get(app: Starlette, path: str, host: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{host}") as client:
        return await client.get(path)


@needs_assets
@needs_chromium
async def test_a_query_runs_in_the_browser_and_nobody_else_is_asked(address: str, tab: Tab) -> None:
    await tab.page.goto(f"{address}/explorer")
    await run_query(tab)

    assert tab.hosts == {urlsplit(address).netloc}
    assert tab.complaints == []


@needs_assets
@needs_chromium
async def test_what_was_typed_is_there_on_reload_and_ends_with_the_tab(address: str, tab: Tab) -> None:
    await tab.page.goto(f"{address}/explorer")
    await run_query(tab)
    await tab.page.reload()
    await run_query(tab)

    assert (await tab.page.context.storage_state())["origins"] == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "[::1]", "[::1]:8000"])
async def test_the_demonstration_token_is_in_a_page_asked_for_on_this_machine(tmp_path: Path, host: str) -> None:
    response = await get(explorer_app(tmp_path), "/explorer", host)

    assert json.loads(configuration_of(response.text)["initialHeaders"]) == HEADERS
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "host", ["hub.example", "hub.example:8000", "127.0.0.1.hub.example", "localhost.example", "[::2]"]
)
async def test_a_foreign_name_for_this_machine_gets_the_page_without_the_token(tmp_path: Path, host: str) -> None:
    response = await get(explorer_app(tmp_path), "/explorer", host)

    assert response.status_code == 200
    assert configuration_of(response.text)["initialHeaders"] == ""
    assert "Bearer" not in response.text


async def test_without_its_files_the_explorer_says_how_to_get_them_and_leads_to_the_schema() -> None:
    response = await get(explorer_app(None), "/explorer", "localhost")

    assert response.status_code == 200
    assert "make explorer" in response.text
    assert 'href="schema.graphql"' in response.text
    assert "Bearer" not in response.text
