"""The explorer: GraphiQL in the browser, without internet.

Takes the files that the npm package ``ruru`` ships ready-built; gives the routes of ``/explorer``, and a notice in its
place where those files are missing. The page may ask nobody but the hub itself: its policy says so to the browser.
Headers given for a demonstration, a token among them, go only into a page that was asked for on this machine, so that
no foreign name that resolves to it can read them. Never knows the schema, the desk or how a token is made.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

PAGES = Path(__file__).parent / "pages"
ASSETS = (
    Path(__file__).parents[1] / "node_modules" / "ruru" / "static",
    Path("/usr/share/jizhun/explorer"),
)
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "font-src 'self' data:",
        "img-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",  # the editor lays out its lines with style elements of its own
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def find_assets() -> Path | None:
    """The folder with the explorer's files: the checkout's, else the system's, else none."""
    return next((folder for folder in ASSETS if (folder / "ruru.js").is_file()), None)


def routes(
    assets: Path | None, endpoint: str, initial_headers: Mapping[str, str] | None, example_query: str
) -> list[BaseRoute]:
    """The explorer's routes, for a GraphQL ``endpoint``; without ``assets``, a page that says how to get them."""
    if assets is None:
        return [Route("/explorer", _missing)]

    async def page(request: Request) -> Response:
        headers = initial_headers if asked_locally(request) else None
        return HTMLResponse(_page(_configuration(endpoint, headers, example_query)), headers=PAGE_HEADERS)

    return [
        Route("/explorer", page),
        Route("/explorer/start.js", _start),
        Mount("/explorer/assets", StaticFiles(directory=assets)),
    ]


def asked_locally(request: Request) -> bool:
    """Whether the browser asked for this machine by one of its own names, and not by a name made to resolve to it."""
    host = request.headers.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name in LOCAL_HOSTS


async def _missing(_: Request) -> Response:
    return FileResponse(PAGES / "explorer_missing.html", headers=PAGE_HEADERS)


async def _start(_: Request) -> Response:
    return FileResponse(PAGES / "explorer.js", media_type="text/javascript")


def _configuration(endpoint: str, headers: Mapping[str, str] | None, example_query: str) -> dict[str, object]:
    shown = json.dumps(dict(headers), ensure_ascii=False, indent=2) if headers else ""
    return {
        "endpoint": endpoint,
        "initialQuery": example_query,
        "initialHeaders": shown,
        "defaultHeaders": shown,
        "showPersistHeadersSettings": False,
        "debugTools": [],
    }


def _page(configuration: Mapping[str, object]) -> str:
    template = Template((PAGES / "explorer.html").read_text(encoding="utf-8"))
    return template.substitute(configuration=json.dumps(configuration).replace("<", "\\u003c"))
