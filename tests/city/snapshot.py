"""Everything the hub tells of its entities, without what depends on when it heard it.

Ids stand for themselves in no two hubs alike, so each is replaced by what it means: an entity by the blind look-ups
that lead to it, a sealed number by its own; submissions and known times go.
"""

import re
from collections.abc import Mapping
from hashlib import blake2b
from uuid import UUID

from hub.store.pool import Connection, Database

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RECORDED_AT = re.compile(r'"recorded_at":"[^"]*"')


async def everything_told(database: Database) -> dict[str, tuple[str, ...]]:
    """Of every entity that stands for itself: kind, the documents of its view, its references and discrepancies."""
    async with database.connection() as connection:
        names = await _names(connection)
        views = await connection.fetch("select entity_id, kind, merged, records from view where linked_into is null")
        pointers = await connection.fetch("select target_id, via, entity_id from reference")
        found = await connection.fetch(
            "select entity_id, cross_check, item, department, records from discrepancy where closed_at is null"
        )
    told: dict[str, tuple[str, ...]] = {
        names[str(view["entity_id"])]: (view["kind"], _named(view["merged"], names), _named(view["records"], names))
        for view in views
    }
    assert len(told) == len(views), "two views lead by the same keys"
    for pointer in sorted(
        {(names[str(row["entity_id"])], row["via"], names[str(row["target_id"])]) for row in pointers}
    ):
        told[pointer[0]] += pointer[1:]
    for discrepancy in sorted((names[str(row["entity_id"])], *map(str, row[1:])) for row in found):
        told[discrepancy[0]] += discrepancy[1:]
    return told


async def everything_refused(database: Database) -> list[tuple[object, ...]]:
    """Every line in quarantine: of which delivery it is, where it stands there, and why it is not taken in."""
    async with database.connection() as connection:
        rows = await connection.fetch(
            "select idempotency_key, place, quarantine.reason, item from quarantine "
            "join submission using (submission_id) order by 1, 2"
        )
    return [tuple(row) for row in rows]


async def _names(connection: Connection) -> Mapping[str, str]:
    """What each id of an entity or an identifier means."""
    rows = await connection.fetch(
        "select identifier_id, lookup, entity_id as member_id, coalesce(into_id, entity_id) as entity_id "
        "from vault.identifier left join (select * from link where unlinked_at is null) as link using (entity_id)"
    )
    keys: dict[UUID, set[str]] = {}
    for row in rows:
        keys.setdefault(row["entity_id"], set()).add(row["lookup"].hex())
    entities = {
        entity: blake2b(" ".join(sorted(held)).encode(), digest_size=8).hexdigest() for entity, held in keys.items()
    }
    return {
        **{str(row["identifier_id"]): row["lookup"].hex() for row in rows},
        **{str(row["member_id"]): entities[row["entity_id"]] for row in rows},
        **{str(entity): name for entity, name in entities.items()},
    }


def _named(document: str, names: Mapping[str, str]) -> str:
    """A document with meanings for ids; ids that mean nothing more, those of submissions, go."""
    return _RECORDED_AT.sub('"recorded_at":""', _UUID.sub(lambda match: names.get(match[0], ""), document))
