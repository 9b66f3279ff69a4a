"""Show what could not be taken in: to the department that delivered it whole, to the platform office without a value.

Takes a viewer; gives lines after the reading is logged. To others raises ``FieldNotGranted``. Settles nothing, but says
which lines a department may settle.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub import telemetry
from hub.access import Decision, Role, Viewer
from hub.catalog import Model
from hub.clock import now
from hub.desk.desk import Desk
from hub.desk.entry import entry_of
from hub.errors import FieldNotGranted, UnknownLine
from hub.store import quarantine
from hub.store.pool import Connection
from hub.store.quarantine import DeliveredBy, LineId, RefusedLine, WantedLines

REASONS, VALUES = "quarantine", "quarantine.cells"
"""What the access log calls the lines with their reasons, and what they hold."""
PAGE = 500
"""Lines that are read at once where all are wanted."""


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in quarantine, and whether there are more; ``raw`` is what came, of those whose values were asked for."""

    lines: Sequence[RefusedLine]
    raw: Mapping[LineId, bytes]
    more: bool


def delivered_by(model: Model, department: str) -> DeliveredBy:
    """What is sought of a department: what it delivered, to the registers it answers for or to others."""
    return DeliveredBy(department, [name for name, one in model.registers.items() if one.department == department])


def article_of(model: Model, line: RefusedLine) -> str | None:
    """The article that makes the column a duty for which a line was refused, as far as the model knows."""
    record = model.records.get(line.record_type)
    return record.article_of(line.item) if record else None


def titles_of(model: Model, name: str) -> set[str]:
    """What reasons call the columns that ``name``, a title or an English name, may mean."""
    return {name, *(title for record in model.records.values() if (title := record.title_of(name)))}


async def lines_in_quarantine(
    desk: Desk, viewer: Viewer, wanted: WantedLines, after: LineId | None, first: int, *, values: bool
) -> Page:
    """Up to ``first`` lines after one, the latest first; with ``values`` those of the viewer's own department."""
    granted = _granted(viewer, values=values)
    with telemetry.span("desk.quarantine", first=first):
        async with desk.database.connection() as connection:
            lines = await quarantine.page(connection, wanted, _own(desk, viewer), after, first + 1) if granted else []
            raw = await _opened(desk, connection, lines[:first]) if values else {}
        await _log(desk, viewer, "quarantine", [VALUES if values else REASONS], granted=granted)
    if not granted:
        raise FieldNotGranted(item=VALUES if values else REASONS)
    return Page(lines[:first], raw, len(lines) > first)


async def own_lines(
    desk: Desk, viewer: Viewer, ordered: str, line_ids: Sequence[LineId], shown: str = REASONS
) -> list[RefusedLine]:
    """The lines of which ``viewer`` orders something, in the order given, once the order is logged.

    Raises for a line that its department did not deliver as for one that there is not.
    """
    async with desk.database.connection() as connection:
        found = {line.line_id: line for line in await quarantine.lines(connection, line_ids)}
        own = {key: line for key, line in found.items() if _is_own(desk.model, viewer, line)}
    await _log(desk, viewer, ordered, [shown], granted=len(own) == len(set(line_ids)))
    for line_id in line_ids:
        if line_id not in own:
            raise UnknownLine(id=line_id)
    return [own[line_id] for line_id in line_ids]


async def whole_lines(desk: Desk, viewer: Viewer, line_ids: Sequence[LineId]) -> list[tuple[RefusedLine, bytes]]:
    """Lines of the viewer's own department with what came, in the order given, once the reading is logged."""
    lines = await own_lines(desk, viewer, "show quarantined", line_ids, VALUES)
    async with desk.database.connection() as connection:
        raw = await _opened(desk, connection, lines)
    return [(line, raw[line.line_id]) for line in lines if line.line_id in raw]


async def each_whole_line(desk: Desk, viewer: Viewer, wanted: WantedLines) -> AsyncIterator[tuple[RefusedLine, bytes]]:
    """All the lines that are wanted of the viewer's own department, with what came, page by page; each is logged."""
    after: LineId | None = None
    while True:
        page = await lines_in_quarantine(desk, viewer, wanted, after, PAGE, values=True)
        for line in page.lines:
            if line.line_id in page.raw:
                yield line, page.raw[line.line_id]
        if not page.more:
            return
        after = page.lines[-1].line_id


async def own_retry(desk: Desk, viewer: Viewer) -> DeliveredBy:
    """Whose lines ``viewer`` may have taken in again, once that is logged."""
    own = _own(desk, viewer)
    await _log(desk, viewer, "retry quarantined", [REASONS], granted=own is not None)
    if own is None:
        raise FieldNotGranted(item=REASONS)
    return own


def _granted(viewer: Viewer, *, values: bool) -> bool:
    if Role.INFORMATION_MANAGER in viewer.roles:
        return not values
    return viewer.reports_for is not None


def _own(desk: Desk, viewer: Viewer) -> DeliveredBy | None:
    """Whose lines the viewer is shown: a department's its own, the platform office's all."""
    return delivered_by(desk.model, viewer.reports_for) if viewer.reports_for else None


def _is_own(model: Model, viewer: Viewer, line: RefusedLine) -> bool:
    department = line.department or model.registers[line.register].department
    return viewer.reports_for == department


async def _opened(desk: Desk, connection: Connection, lines: Iterable[RefusedLine]) -> dict[LineId, bytes]:
    """What came of lines, but for those that were shredded."""
    found = {}
    for row in await quarantine.sealed(connection, [line.line_id for line in lines]):
        line_id = LineId(row["submission_id"], row["place"])
        of = (line_id.submission_id.bytes, line_id.subject)
        raw = desk.vault.open_if_kept(row["key_id"], row["line_encrypted"], *of)
        if raw is not None:
            found[line_id] = raw
    return found


async def _log(desk: Desk, viewer: Viewer, operation: str, items: Iterable[str], *, granted: bool) -> None:
    asked = frozenset(items)
    decision = Decision(asked, frozenset()) if granted else Decision(frozenset(), asked)
    await desk.log.keep(entry_of(viewer, operation, decision, now()))
