"""An OpenID provider as a process of its own: discovery, keys that rotate, and tokens for whoever asks.

``python -m tests.identity.provider`` serves it on a free port and prints its address. What it signs, and with which
key, its tests tell it over HTTP; the hub sees of it what it would see of any provider.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from subprocess import PIPE, Popen
from typing import Any

import httpx
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

ROOT = Path(__file__).parents[2]
ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}


class Keys:
    """The keys that it publishes, those that it keeps to itself, and how often it was asked for them."""

    def __init__(self) -> None:
        self.published: dict[str, RSAKey | ECKey] = {}
        self.asked = 0

    def make(self, name: str, kind: str) -> RSAKey | ECKey:
        """A new key of a kind under a name."""
        given: KeyParameters = {"kid": name, "use": "sig"}
        return RSAKey.generate_key(2048, given) if kind == "RSA" else ECKey.generate_key("P-256", given)


def application(keys: Keys, address: str) -> Starlette:
    """The provider at an address."""

    async def discovery(_: Request) -> Response:
        return JSONResponse(
            {
                "issuer": address,
                "jwks_uri": f"{address}/keys",
                "token_endpoint": f"{address}/token",
                "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            }
        )

    async def published(_: Request) -> Response:
        keys.asked += 1
        shown: list[dict[str, Any]] = [dict(key.as_dict(private=False)) for key in keys.published.values()]
        secret = OctKey.import_key("a secret that no provider should publish", {"kid": "secret"})
        return JSONResponse({"keys": [*shown, secret.as_dict(private=True), {"kty": "of no kind", "kid": "odd"}]})

    async def token(request: Request) -> Response:
        """A token with the claims that are asked for, signed with the key that is asked for, published or not."""
        asked = await request.json()
        key = keys.published.get(asked["key"]) or keys.make(asked["key"], "RSA")
        header = {"alg": ALGORITHMS[key.key_type], "kid": asked["key"]} | asked.get("header", {})
        return PlainTextResponse(jwt.encode(header, {"iss": address} | asked["claims"], key))

    async def rotate(request: Request) -> Response:
        """Publish a new key, alone."""
        asked = await request.json()
        keys.published = {asked["key"]: keys.make(asked["key"], asked["kind"])}
        return PlainTextResponse("rotated")

    async def asked(_: Request) -> Response:
        return JSONResponse(keys.asked)

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/keys", published),
            Route("/token", token, methods=["POST"]),
            Route("/rotate", rotate, methods=["POST"]),
            Route("/asked", asked),
        ]
    )


@dataclass
class Running:
    """A provider that runs, as its tests speak to it."""

    url: str
    process: "Popen[str]"

    def token(self, claims: dict[str, Any], key: str = "first", **more: object) -> str:
        """A token with these claims."""
        return self._post("token", {"claims": claims, "key": key, **more})

    def rotate(self, key: str, kind: str = "EC") -> None:
        """Have it publish a new key, and no other."""
        self._post("rotate", {"key": key, "kind": kind})

    @property
    def asked(self) -> int:
        """How often its keys were asked for."""
        return int(httpx.get(f"{self.url}/asked", trust_env=False).json())

    def public_key(self) -> bytes:
        """The first of its public keys, as PEM."""
        found = httpx.get(f"{self.url}/keys", trust_env=False).json()["keys"][0]
        return RSAKey.import_key(found).as_pem(private=False)

    def stop(self) -> None:
        """Take it down."""
        self.process.terminate()
        self.process.wait()

    def _post(self, path: str, body: dict[str, Any]) -> str:
        response = httpx.post(f"{self.url}/{path}", json=body, trust_env=False)
        assert response.status_code == 200, response.text
        return response.text


@contextmanager
def running() -> Iterator[Running]:
    """A provider in a process of its own."""
    process = Popen([sys.executable, "-m", "tests.identity.provider"], cwd=ROOT, stdout=PIPE, text=True)
    assert process.stdout
    try:
        yield Running(process.stdout.readline().strip(), process)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


async def main() -> None:
    """Serve until terminated."""
    listener = create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    keys = Keys()
    keys.published["first"] = keys.make("first", "RSA")
    config = uvicorn.Config(application(keys, address), log_level="error")
    print(address, flush=True)  # noqa: T201 - how its tests learn it; the socket listens already
    await uvicorn.Server(config).serve([listener])


if __name__ == "__main__":
    asyncio.run(main())
