"""Tell whether an ID number and a name are one person's (核验), and nothing else.

Takes pairs as they are written; gives yes or no for each, after the reading is logged. Whether the number names a
living person, a dead one or nobody, the same is asked, compared and logged.
"""

from collections.abc import Sequence
from hmac import compare_digest

from hub import telemetry
from hub.access import Decision, Viewer
from hub.catalog import EntityKind
from hub.clock import today
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import VerifyNotGranted
from hub.identifiers.names import comparable
from hub.identifiers.schemes import Scheme, normalise
from hub.merge import Telling
from hub.store import reading
from hub.store.reading import Key, Wanted
from hub.timeline import Moment

NAME = "name"
"""The merged item that a name is compared with."""
_NAMES, _NONE = frozenset({NAME}), frozenset[str]()


async def verify(desk: Desk, viewer: Viewer, pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """For each (ID number, name) whether the person of that number bears the name; raises for a misspelt number."""
    kind, moment = EntityKind.NATURAL_PERSON, Moment(today())
    numbers = [desk.vault.lookup(Scheme.ID_NUMBER, normalise(Scheme.ID_NUMBER, number)) for number, _ in pairs]
    with telemetry.span("desk.verify", keys=len(pairs)):
        async with desk.database.connection() as connection:
            access = await desk.access(connection, viewer)
            granted = access.may_verify
            decision = Decision(_NAMES, _NONE) if granted else Decision(_NONE, _NAMES)
            if not granted:
                await desk.log.keep(entry_of(viewer, "verify", decision, access.at))
                raise VerifyNotGranted
            keys = [Key(lookup=number) for number in numbers]
            wanted = Wanted(records=False, schemes=(), held=())
            rows = await reading.answer(
                connection, desk.vault.index, kind, keys, 0, wanted, moment, access.verified_areas
            )
            found = [row for row in rows if row["entity_id"]]
            views = await desk.views(await desk.merger(connection, kind, found, moment), found, moment)
        asked_of = (row["entity_id"] for row in found)
        await desk.log.keep(entry_of(viewer, "verify", decision, access.at, asked_of, moment))
    known = {lead.place: views.get(row["entity_id"]) for row in rows for lead in reading.leads_of(row)}
    return [_bears(known.get(place), name) for place, (_, name) in enumerate(pairs)]


def _bears(view: Telling | None, name: str) -> bool:
    """Whether the person of ``view`` bears ``name``; of nobody as much is compared as of somebody."""
    choice = view.choice(NAME) if view else None
    held = comparable(choice.value) if choice and isinstance(choice.value, str) else ""
    given = comparable(name)
    return compare_digest(held.encode(), given.encode()) and held != ""
