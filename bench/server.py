"""One server of the comparison, as a process: `python -m bench.server NAME` prints its address and serves.

Takes ``HUB_…`` settings from the environment; every server runs under the hub's own uvicorn configuration.
"""

import sys
from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import floor
from hub.audit import Entry
from hub.serve import create_app, run_server
from hub.settings import Settings, load_settings
from hub.store.access_log import AccessLog

CONTENT = b'{"data":"%b"}'


def without_access_log(settings: Settings) -> Starlette:
    """The hub, the entries of its access log left unwritten: what the log costs. No setting of the hub can do this."""

    async def keep(log: AccessLog, entry: Entry) -> None:
        """Let go of the entry."""

    AccessLog.keep = keep  # type: ignore[assignment,method-assign]
    return create_app(settings)


def constant(settings: Settings) -> Starlette:
    """Answers that take no work, as large as the path says: what HTTP itself costs."""

    async def answer(request: Request) -> Response:
        await request.body()
        return Response(constant_of(request.path_params["size"]), media_type="application/json; charset=utf-8")

    return Starlette(routes=[Route("/{size:int}", answer, methods=["POST"])])


def constant_of(size: int) -> bytes:
    """A JSON answer of ``size`` bytes."""
    return CONTENT % (b"." * (size - len(CONTENT % b"")))


APPLICATIONS: Mapping[str, Callable[[Settings], Starlette]] = {
    "hub": create_app,
    "unlogged": without_access_log,
    "floor": floor.create_app,
    "constant": constant,
}


def main() -> None:
    """Serve the application that the command line names until told to stop."""
    settings = load_settings()

    def announce(url: str) -> None:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()

    run_server(APPLICATIONS[sys.argv[1]](settings), settings, announce)


if __name__ == "__main__":
    main()
