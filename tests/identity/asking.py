"""Ask a hub with a token, and read what became of it."""

from typing import Any

import httpx

from hub.clock import now
from tests.served import AGENCY, Api

ME = "{ me { agency officer roles divisions department } }"


def claims(**more: object) -> dict[str, Any]:
    """What a provider says of an officer who may query."""
    return {
        "aud": ["hub", "another system"],
        "sub": "officer-7",
        "org": AGENCY.agency,
        "realm_access": {"roles": ["cx"]},
        "exp": int(now().timestamp()) + 300,
        **more,
    }


async def ask(api: Api, token: str, query: str = ME) -> httpx.Response:
    """What is answered to who shows a token."""
    return await api.client.post("/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"})


async def me(api: Api, token: str) -> dict[str, Any]:
    """Who somebody is to the hub."""
    response = await ask(api, token)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["data"]["me"]
    return found


async def events(api: Api) -> list[dict[str, Any]]:
    """What the log tells of tokens and sessions, the oldest first."""
    async with api.services.database.connection() as connection:
        return [dict(row) for row in await connection.fetch("select * from audit.session_event order by at")]
