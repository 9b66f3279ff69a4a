"""Tell which lines say again, word for word, what was heard before: nothing is left to be done about them.

Takes checked lines and what their keys lead to; gives the places of those lines, with their entities. Needs no lock,
for what was stored stays. A line whose keys lead to several entities, to none yet, to one that was split, or elsewhere
than before is looked at as any other.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from hub.identifiers.schemes import Identifier
from hub.intake.check import Checked
from hub.intake.identify import Known
from hub.store import writing
from hub.store.pool import Connection


async def heard_before(
    connection: Connection,
    lines: Iterable[Checked],
    known: Mapping[Identifier, Known],
    register: str,
    source_unit: str,
) -> dict[int, UUID]:
    """The places of the lines whose statement a unit of a register has made already, with the entity it was made of."""
    asked = [
        (line.line.place, member_id, line.record.name, line.record_key, line.valid_from, line.stated_at, line.digest)
        for line in lines
        if (member_id := plain_member(line, known))
    ]
    heard = await writing.heard(connection, asked, register, source_unit) if asked else set()
    return {place: member_id for place, member_id, *_ in asked if place in heard}


def plain_member(line: Checked, known: Mapping[Identifier, Known]) -> UUID | None:
    """The entity that the line's statement would be stored for, if nothing else hangs on the line."""
    if line.formers or not known.keys() >= line.lookups.keys():
        return None
    found = [known[key] for key in line.identifiers]
    is_plain = len({one.canonical_id for one in found}) == 1 and not any(one.is_split or one.is_moved for one in found)
    return found[0].member_id if is_plain else None
