"""Have a hub export, as an agency's client does: order, wait, bring the file home.

Takes the address of a hub and a token; talks HTTP and nothing else, and reads neither settings nor database. What was
begun is noted beside the file, so that the same call goes on where it was broken off. What it writes is for its own
user only.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import httpx

LOOK_SECONDS = 1.0
PATIENCE = 60.0
PRIVATE = 0o600
OVER = frozenset({"READY", "FAILED", "CANCELLED", "EXPIRED"})
ORDER = "mutation($input: ExportInput!) { exportEntities(input: $input) { id } }"
LOOK = """query($id: ID!) { export(id: $id) {
    state rows denied progress { done total } file { path size digest } failure { message hint } } }"""

Told = Callable[[int, int], None]
"""Is called with how much is done, of how much."""


class Refused(Exception):
    """The hub refuses, or does not answer: what is wrong, and what to do."""

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(problem)


class Unreachable(Refused):
    """Nothing answers at the address of the hub, or stops to."""

    def __init__(self, url: str, error: httpx.HTTPError) -> None:
        super().__init__(f"No hub answers at {url.rstrip('/')}: {str(error) or type(error).__name__}.", "")


@dataclass(frozen=True)
class HubClient:
    """A hub, as somebody with a token reaches it."""

    http: httpx.Client

    @classmethod
    @contextmanager
    def at(cls, url: str, token: str, purpose: str) -> Iterator["HubClient"]:
        """The hub at ``url``, asked for a purpose; its connections are closed when the block is left."""
        headers = {b"Authorization": f"Bearer {token}".encode(), b"Hub-Purpose": purpose.encode()}
        with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as http:
            yield cls(http)

    def ask(self, query: str, variables: Mapping[str, object]) -> Any:  # noqa: ANN401
        """The only field of an answer."""
        (field,) = self._sent("POST", "/graphql", json={"query": query, "variables": variables})["data"].values()
        return field

    def give_list(self, export_id: str, keys: bytes) -> None:
        """Give an export its list."""
        self._sent("PUT", f"/exports/{export_id}/keys", content=keys)

    def fetch(self, path: str, digest: str, file: BinaryIO, told: Callable[[int], None]) -> None:
        """Add to a file what of an export's it does not hold yet; where that is another one, begin anew."""
        have = file.tell()
        headers = {"Range": f"bytes={have}-", "If-Range": f'"{digest}"'} if have else {}
        try:
            with self.http.stream("GET", path, headers=headers) as response:
                if response.is_error:
                    response.read()
                    _checked(response)
                if response.status_code != httpx.codes.PARTIAL_CONTENT:
                    file.seek(0)
                    file.truncate()
                for piece in response.iter_bytes():
                    file.write(piece)
                    told(file.tell())
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None

    def _sent(self, method: str, path: str, **content: Any) -> Any:  # noqa: ANN401
        try:
            return _checked(self.http.request(method, path, **content))
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: httpx.HTTPError) -> "Unreachable":
        return Unreachable(str(self.http.base_url), error)


def begun(client: HubClient, order: Mapping[str, object], keys: Path, target: Path) -> str:
    """The id of the export whose file is to be ``target``: the one that was begun, else a new one."""
    note = _note(target)
    if note.exists():
        return note.read_text(encoding="ascii")
    export_id: str = client.ask(ORDER, {"input": order})["id"]
    client.give_list(export_id, keys.read_bytes())
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w", encoding="ascii") as file:
        file.write(export_id)
    return export_id


def awaited(client: HubClient, export_id: str, target: Path, told: Told) -> Mapping[str, Any]:
    """An export once it is ready; raises where it has ended otherwise, which the next call begins anew."""
    while True:
        export: Mapping[str, Any] = client.ask(LOOK, {"id": export_id})
        told(export["progress"]["done"], export["progress"]["total"])
        if export["state"] in OVER:
            break
        time.sleep(LOOK_SECONDS)
    if export["state"] != "READY":
        _note(target).unlink()
        why = export["failure"] or {"message": f"The export is {export['state']}.", "hint": "Order it once more."}
        raise Refused(why["message"], why["hint"])
    return export


def fetched(client: HubClient, export: Mapping[str, Any], target: Path, told: Told) -> None:
    """Bring the file of an export home, from where it was broken off; it gets its name once it is whole."""
    size, digest = int(export["file"]["size"]), export["file"]["digest"]
    part = target.with_name(f"{target.name}.part")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, PRIVATE), "r+b") as file:
        if file.seek(0, os.SEEK_END) < size:
            client.fetch(export["file"]["path"], digest, file, lambda done: told(done, size))
        file.flush()
        os.fsync(file.fileno())
        if _digest(file) != digest:
            file.truncate(0)
            raise Refused("The file did not come whole.", "The same command fetches it anew.")
    part.replace(target)
    _note(target).unlink()


def is_begun(target: Path) -> bool:
    """Whether an export was begun for a file, which the same call goes on with."""
    return _note(target).exists()


def _note(target: Path) -> Path:
    """Where it is noted which export was begun for a file."""
    return target.with_name(f"{target.name}.export")


def _checked(response: httpx.Response) -> Any:  # noqa: ANN401
    """What a hub answers; raises what it says is wrong."""
    try:
        answer = response.json()
    except ValueError:
        raise Refused(f"What answers is no hub: it says {response.status_code}.", "Check the address.") from None
    for error in answer.get("errors", ()):
        raise Refused(error["message"], error.get("extensions", {}).get("hint", "Try again."))
    return answer


def _digest(file: BinaryIO) -> str:
    digest = sha256()
    file.seek(0)
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()
