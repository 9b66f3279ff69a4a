"""A reader of the feed that keeps nothing but its cursor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.served import AGENCY, Api

CHANGES = """query($after: String, $first: Int!, $filter: ChangeFilter) {
    changes(after: $after, first: $first, filter: $filter) {
        nodes { entityId version kind items registers submissionId catalogVersion recordedAt validOn }
        edges { cursor }
        pageInfo { hasNextPage endCursor }
        heldBackSince
    }
}"""
Change = Mapping[str, Any]


@dataclass
class Reader:
    """Where it stands, and all that it was told."""

    api: Api
    first: int = 100
    filter: Mapping[str, Any] | None = None
    cursor: str | None = None
    told: list[Change] = field(default_factory=list)

    async def page(self) -> Mapping[str, Any]:
        """The next page of the feed."""
        variables = {"after": self.cursor, "first": self.first, "filter": self.filter}
        page: Mapping[str, Any] = (await self.api.data(CHANGES, variables, AGENCY))["changes"]
        self.told.extend(page["nodes"])
        self.cursor = page["pageInfo"]["endCursor"]
        return page

    async def catch_up(self) -> list[tuple[str, int]]:
        """Read to the end; gives all that was ever told, as (entity, version)."""
        while (await self.page())["pageInfo"]["hasNextPage"]:
            pass
        return [(change["entityId"], change["version"]) for change in self.told]
