"""Commands that tell how sources fare: quality, update duties, anomalies, and the job that watches them.

Whoever runs these acts for the platform office, which is told figures and no value of anybody.
"""

from functools import partial
from typing import Annotated
from uuid import UUID

import asyncpg
import typer
from rich.table import Column, Table

from hub.access import Role, Viewer
from hub.catalog import RecordType
from hub.cli.console import guarded, out
from hub.cli.opened import check_register, with_hub
from hub.clock import SHANGHAI, now, today
from hub.desk import quality as desk
from hub.errors import UnknownAnomaly
from hub.intake.delivery import check_name
from hub.intake.measures import Measures, completeness, decoded
from hub.intake.watching import watch
from hub.opening import Hub
from hub.stewardship.anomalies import DUE_WITHIN, REPORTED_WITHIN
from hub.stewardship.expected import Expected
from hub.store.quality import Anomaly
from hub.store.submissions import decoded_failure

app = typer.Typer()
PANEL = "For the platform office that runs the hub"
OFFICE = Viewer(agency="hub", officer="hub", roles=frozenset({Role.INFORMATION_MANAGER}))
anomalies = typer.Typer(
    help="List what is unusual about submissions; report it and close it.", invoke_without_command=True
)
app.add_typer(anomalies, name="anomalies", rich_help_panel=PANEL)

OfRegister = Annotated[str | None, typer.Option("--register", help="Only this register.")]
Named = Annotated[str, typer.Argument(metavar="ANOMALY", help="The anomaly, as the list names it.")]
Words = Annotated[str, typer.Option("--words", help="What is said of it; it is kept.")]
By = Annotated[str, typer.Option("--by", help="Who says so; it is kept.")]


@app.command("quality", rich_help_panel=PANEL)
def quality_command(
    register: Annotated[str | None, typer.Argument(help="The register; without one, all of them.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=1_000, help="Of so many submissions, the latest.")] = 20,
) -> None:
    """Tell what submissions are worth: how much of each is valid, complete and timely, and what is inconsistent."""
    check_register(register)

    async def find(hub: Hub) -> tuple[list[tuple[str, ...]], list[str], dict[str, int]]:
        rows, _ = await desk.runs(hub.desk, OFFICE, register, None, most)
        registers = [register] if register else sorted({row["register"] for row in rows})
        standing = {name: await desk.open_discrepancies(hub.desk, name, now()) for name in registers}
        told = [
            (
                f"{row['started_at'].astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
                row["register"],
                row["source_unit"],
                name or "—",
                *_figures(measures, hub.model.records.get(name)),
            )
            for row in rows
            for name, measures in decoded(row["measures"]).items()
        ]
        return told, [_failed(row) for row in rows if row["failure"]], standing

    told, failures, standing = with_hub(find)
    table = Table("started", "register", "unit", "record type", *_right("lines", "valid", "complete", "timely"))
    table.add_column("filled least", overflow="fold")
    for row in told:
        table.add_row(*row)
    out.print(table if told else "Nothing was delivered yet.")
    for failed in failures:
        out.print(failed, markup=False, highlight=False, soft_wrap=True)
    for name, count in standing.items():
        out.print(f"{name}: {count:,} open discrepancies involve its records", highlight=False)


@app.command("duties", rich_help_panel=PANEL)
def duties(
    register: OfRegister = None,
    late: Annotated[bool, typer.Option("--late", help="Only those that are late.")] = False,
) -> None:
    """Tell who is late: by when each source must deliver, and when it did last."""
    check_register(register)

    async def find(hub: Hub) -> list[Expected]:
        return await desk.sources(hub.desk, OFFICE, hub.intake.calendar, today(), register)

    expected = [one for one in with_hub(find) if one.is_late or not late]
    table = Table("register", "record type", "unit", "duty", "last delivery", "due", "")
    for one in sorted(expected, key=lambda one: (not one.is_late, one.delivered_at is None)):
        delivered = f"{one.delivered_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if one.delivered_at else "never"
        duty = f"{one.duty.kind} {one.duty.days or ''}".strip() if one.duty else "none"
        due = f"{one.due}{'' if one.is_announced else ' (holidays not announced)'}" if one.due else ""
        table.add_row(
            one.register, one.record_type, one.source_unit, duty, delivered, due, "late" if one.is_late else ""
        )
    out.print(table if expected else "Nobody is late.")


@anomalies.callback()
def by_default(context: typer.Context) -> None:
    """List what is open, where no command is named."""
    if context.invoked_subcommand is None:
        list_command()


@anomalies.command("list")
def list_command(
    register: OfRegister = None,
    closed: Annotated[bool, typer.Option("--closed", help="Those that are closed instead.")] = False,
) -> None:
    """List anomalies, the latest first, with when each must be reported and mended."""
    check_register(register)

    async def find(hub: Hub) -> list[Anomaly]:
        return (await desk.anomalies(hub.desk, OFFICE, register, None, 500, is_open=not closed))[0]

    found = with_hub(find)
    titles = ("anomaly", "register", "unit", "kind", "found", "usual", "report by", "due", "state")
    table = Table(*(Column(title, overflow="fold") for title in titles))
    for one in found:
        table.add_row(*_shown(one))
    out.print(table if found else "There are no anomalies.")


@anomalies.command("report")
def report(anomaly: Named, words: Words, by: By) -> None:
    """Keep that an anomaly was reported to who has to mend it."""
    _deal_with(anomaly, words, by, close=False)


@anomalies.command("close")
def close(anomaly: Named, words: Words, by: By) -> None:
    """Keep that an anomaly was mended, or is none."""
    _deal_with(anomaly, words, by, close=True)


@app.command("watch", rich_help_panel=PANEL)
def watch_command() -> None:
    """Look for anomalies that no loader lived to report, for sources that are late and for what is overdue.

    To be run every hour or so. Ends with exit code 1 where somebody has to do something.
    """

    async def look(hub: Hub) -> tuple[int, int, int]:
        await watch(hub.intake)
        found, _ = await desk.anomalies(hub.desk, OFFICE, None, None, 500, is_open=True)
        late = await desk.sources(hub.desk, OFFICE, hub.intake.calendar, today(), None)
        unreported = [one for one in found if not one.reported_at and one.opened_at + REPORTED_WITHIN < now()]
        overdue = {one.anomaly_id for one in found if one.opened_at + DUE_WITHIN < now()}
        return len(found), len(overdue | {one.anomaly_id for one in unreported}), sum(one.is_late for one in late)

    is_open, overdue, late = with_hub(look)
    out.print(f"{is_open:,} anomalies open, {overdue:,} of them overdue; {late:,} sources late")
    raise typer.Exit(1 if overdue or late else 0)


def _deal_with(anomaly: str, words: str, by: str, *, close: bool) -> None:
    guarded(partial(check_name, "--words", words))
    guarded(partial(check_name, "--by", by))
    officer = Viewer(agency="hub", officer=by, roles=frozenset({Role.INFORMATION_MANAGER}))

    async def deal(hub: Hub) -> Anomaly:
        try:
            anomaly_id = UUID(anomaly)
        except ValueError:
            raise UnknownAnomaly(id=anomaly) from None
        return await desk.deal_with(hub.desk, officer, anomaly_id, words, close=close)

    out.print(_shown(with_hub(deal))[-1], markup=False, soft_wrap=True)


def _figures(measures: Measures, record: RecordType | None) -> tuple[str, ...]:
    """Lines, what share of them is valid, complete and timely, and the items that are filled least."""
    complete = completeness(measures, record) if record else {}
    least = sorted((share, name) for name, share in complete.items() if 0 < share < 1)[:3]
    never = sum(share == 0 for share in complete.values())
    return (
        f"{measures.lines:,}",
        _percent(measures.valid),
        _percent(sum(complete.values()) / len(complete) if complete else None),
        _percent(measures.timeliness),
        ", ".join([*(f"{name} {_percent(share)}" for share, name in least), *([f"{never} never"] if never else [])]),
    )


def _failed(row: asyncpg.Record) -> str:
    """Which submission cannot be taken in, and why."""
    failure = decoded_failure(row["failure"])
    return f"{row['submission_id']} ({row['register']}) has failed: {failure.message} {failure.hint}" if failure else ""


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}%"


def _shown(one: Anomaly) -> tuple[str, ...]:
    state = "open"
    if one.closed_at:
        state = f"closed by {one.closed_by}: {one.closed_words}"
    elif one.reported_at:
        state = f"reported by {one.reported_by}: {one.reported_words}"
    times = ((one.opened_at + within).astimezone(SHANGHAI) for within in (REPORTED_WITHIN, DUE_WITHIN))
    figures = (f"{figure:,.2f}".rstrip("0").rstrip(".") for figure in (one.found, one.usual))
    named = (str(one.anomaly_id), one.register, one.source_unit, one.kind)
    return (*named, *figures, *(f"{time:%Y-%m-%d %H:%M}" for time in times), state)


def _right(*titles: str) -> list[Column]:
    return [Column(title, justify="right") for title in titles]
