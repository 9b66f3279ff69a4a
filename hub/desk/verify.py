"""Tell whether an ID number and a name are one person's (核验), and nothing else.

Takes pairs as they are written; gives yes or no for each, after the reading is logged. Whether the number names a
living person, a dead one or nobody, the same is asked, compared and logged.
"""

from collections.abc import Sequence
from hmac import compare_digest

from hub import telemetry
from hub.access import Viewer, may_verify
from hub.catalog import EntityKind
from hub.clock import now
from hub.desk.desk import Desk
from hub.errors import VerifyNotGranted
from hub.identifiers.entity_id import new_id
from hub.identifiers.names import comparable
from hub.identifiers.schemes import Scheme, normalise
from hub.merge import View
from hub.store import reading

NAME = "name"
"""The merged item that a name is compared with."""


async def verify(desk: Desk, viewer: Viewer, pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """For each (ID number, name) whether the person of that number bears the name; raises for a misspelt number."""
    kind = EntityKind.NATURAL_PERSON
    lookups = [desk.vault.lookup(Scheme.ID_NUMBER, normalise(Scheme.ID_NUMBER, number)) for number, _ in pairs]
    granted = may_verify(desk.grants, viewer)
    with telemetry.span("desk.verify", keys=len(pairs)):
        async with desk.database.connection() as connection:
            rows = await reading.views_by_lookup(connection, lookups) if granted else []
            found = {row["lookup"]: row for row in rows if row["kind"] == kind}
            views = await desk.views(connection, kind, {row["entity_id"]: row for row in found.values()})
            await reading.write_access_log(
                connection,
                new_id(now()),
                who=(viewer.agency, viewer.officer, viewer.role, viewer.purpose),
                operation="verify",
                entity_ids=views,
                items=[NAME] if granted else [],
                denied=[] if granted else [NAME],
                trace_id=telemetry.trace_id(),
            )
    if not granted:
        raise VerifyNotGranted
    known = {lookup: views[row["entity_id"]] for lookup, row in found.items()}
    return [_bears(known.get(lookup), name) for lookup, (_, name) in zip(lookups, pairs, strict=True)]


def _bears(view: View | None, name: str) -> bool:
    """Whether the person of ``view`` bears ``name``; of nobody as much is compared as of somebody."""
    choice = view.merged.items.get(NAME) if view else None
    held = comparable(choice.value) if choice and isinstance(choice.value, str) else ""
    given = comparable(name)
    return compare_digest(held.encode(), given.encode()) and held != ""
