"""Commands for a department whose lines could not be taken in: see them, mend them, have them taken in again.

Whoever runs these holds the keys of the vault and acts for the department that delivered; what is shown is logged so.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Column, Table
from rich.text import Text

from adapters.sheet import sheet
from hub.access import Role, Viewer
from hub.cli.console import fail, guarded, out, written
from hub.cli.opened import check_register, with_hub
from hub.clock import SHANGHAI
from hub.desk.quarantine import article_of, each_whole_line, own_lines, titles_of, whole_lines
from hub.errors import UnknownLine
from hub.intake import mending
from hub.intake.delivery import check_name
from hub.intake.kept import Mending, read
from hub.intake.mending import Mended, Retried, Settling
from hub.opening import Hub, read_model
from hub.reasons import ReasonCode
from hub.settings import load_settings
from hub.store.quarantine import LineId, LineStatus, RefusedLine, WantedLines, lines, page

app = typer.Typer()
quarantine = typer.Typer(
    help="List the lines that could not be taken in; show, mend, retry, dismiss and export them.",
    invoke_without_command=True,
)
app.add_typer(quarantine, name="quarantine", rich_help_panel="For a department that delivers")
COLUMNS = ("line", "received", "register", "record type", "file", "code", "原因", "reason", "article")
OFFICER = "hub quarantine"

OfRegister = Annotated[str | None, typer.Option("--register", help="Only lines of this register.")]
OfSubmission = Annotated[str | None, typer.Option("--submission", help="Only lines of this submission.")]
OfRecord = Annotated[str | None, typer.Option("--record", help="Only lines of this record type.")]
OfReason = Annotated[str | None, typer.Option("--reason", help="Only lines refused for this reason, by its code.")]
OfItem = Annotated[str | None, typer.Option("--item", help="Only lines refused for this column, by title or name.")]
Since = Annotated[
    datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only lines refused since this day.")
]
OfStatus = Annotated[LineStatus, typer.Option("--status", help="Lines that are open, or that were settled so.")]
Most = Annotated[int, typer.Option("--most", min=1, max=100_000, help="At most so many lines.")]
Words = Annotated[str, typer.Option("--words", help="Why, in words; they are kept with the line.")]
NamedLine = Annotated[str, typer.Argument(metavar="LINE", help="The line, as the list names it.")]


@quarantine.callback()
def by_default(
    context: typer.Context, register: OfRegister = None, submission: OfSubmission = None, most: Most = 50
) -> None:
    """List the open lines, where no command is named."""
    if context.invoked_subcommand is None:
        list_command(register=register, submission=submission, most=most)


@quarantine.command("list")
def list_command(
    register: OfRegister = None,
    submission: OfSubmission = None,
    record: OfRecord = None,
    reason: OfReason = None,
    item: OfItem = None,
    since: Since = None,
    status: OfStatus = LineStatus.OPEN,
    most: Most = 50,
) -> None:
    """List the lines that could not be taken in, with the reason of each, the latest first.

    Times are those of China. A line is named by its submission and its row, counted from 1 below the header, blank ones
    left out.
    """
    wanted = _wanted(register, submission, record, reason, item, since, status)

    async def find(hub: Hub) -> list[RefusedLine]:
        async with hub.database.connection() as connection:
            return await page(connection, wanted, None, None, most)

    model = guarded(lambda: read_model(load_settings()))
    table = Table(*(Column(title, overflow="fold") for title in COLUMNS))
    found = with_hub(find)
    for line in found:
        received = f"{line.quarantined_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        told = (line.register, line.record_type, line.file or "", line.reason, line.reason_zh, line.reason_en)
        table.add_row(str(line.line_id), received, *told, article_of(model, line) or "")
    out.print(table if found else "Nothing is in quarantine here.")


@quarantine.command("show")
def show(line: NamedLine) -> None:
    """Show a line whole, as it came. It may hold numbers of persons; the reading is logged."""

    async def find(hub: Hub) -> tuple[RefusedLine, bytes]:
        viewer = await _deliverer(hub, line)
        (found,) = await whole_lines(hub.desk, viewer, [LineId.named(line)])
        return found

    refused, raw = with_hub(find)
    out.print(f"{refused.reason_zh} · {refused.reason_en}", markup=False, soft_wrap=True)
    table = Table("column", Column("value", overflow="fold"))
    kept = read(raw)
    for title, value in kept.cells.items() if kept else [("", raw.decode("utf-8", "replace"))]:
        table.add_row(Text(title), Text("" if value is None else str(value)))
    out.print(table)


@quarantine.command("mend")
def mend(
    line: NamedLine,
    values: Annotated[
        typer.FileText, typer.Option("--values", help="A JSON object of columns and their values; `-` reads the input.")
    ],
    without: Annotated[list[str] | None, typer.Option("--without", help="A column to do without.")] = None,
    record: Annotated[str | None, typer.Option("--record", help="The record type, where the line has none.")] = None,
    words: Words = "",
) -> None:
    """Correct a line and take it in again, as a submission of its own. The line as it came is kept."""
    try:
        given = msgspec.json.decode(values.read(), type=dict[str, Any])
    except msgspec.DecodeError:
        fail("the values are not a JSON object", 'Give columns with their values, as {"姓名": "王小明"}.')
    changes = Mending(values=given, without=tuple(without or ()))

    async def correct(hub: Hub) -> Mended:
        viewer = await _deliverer(hub, line)
        (refused,) = await own_lines(hub.desk, viewer, "mend quarantined", [LineId.named(line)])
        return await mending.mend(hub.intake, refused, changes, record, _settling(words))

    done = with_hub(correct)
    why = done.result.reason
    out.print(f"{done.result.outcome}" + (f": {why.zh} · {why.en}" if why else ""), markup=False, soft_wrap=True)
    raise typer.Exit(1 if why else 0)


@quarantine.command("retry")
def retry(
    register: OfRegister = None,
    submission: OfSubmission = None,
    record: OfRecord = None,
    reason: OfReason = None,
    item: OfItem = None,
    since: Since = None,
    most: Most = 100_000,
    words: Words = "",
) -> None:
    """Take open lines in again as they are, where a rule or a code list has changed: those that it accepts now."""
    wanted = _wanted(register, submission, record, reason, item, since, LineStatus.OPEN)

    async def again(hub: Hub) -> Retried:
        await mending.resume(hub.intake)
        return await mending.retry(hub.intake, wanted, None, _settling(words), most)

    done = with_hub(again)
    table = Table("outcome", Column("lines", justify="right"))
    for outcome, count in sorted(done.outcomes.items()):
        table.add_row(outcome, f"{count:,}")
    for code, count in done.still.most_common():
        table.add_row(f"refused still: {code}", f"{count:,}")
    out.print(table if table.rows else "Nothing is in quarantine here.")


@quarantine.command("dismiss")
def dismiss(
    lines_named: Annotated[list[str], typer.Argument(metavar="LINE…", help="The lines, as the list names them.")],
    words: Annotated[str, typer.Option("--words", help="Why they need not be taken in; it is kept with the lines.")],
) -> None:
    """Note that lines need not be taken in, with the reason. They are kept."""
    line_ids = guarded(lambda: [LineId.named(one) for one in lines_named])

    async def drop(hub: Hub) -> set[LineId]:
        for line_id in line_ids:
            viewer = await _deliverer(hub, str(line_id))
            await own_lines(hub.desk, viewer, "dismiss quarantined", [line_id])
        return await mending.dismiss(hub.intake, line_ids, _settling(words))

    out.print(f"{len(with_hub(drop)):,} lines dismissed")


@quarantine.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="The workbook to write, as refused.xlsx.")],
    register: Annotated[str, typer.Option("--register", help="The register whose lines to write.")],
    record: OfRecord = None,
    submission: OfSubmission = None,
    reason: OfReason = None,
    item: OfItem = None,
    since: Since = None,
) -> None:
    """Write open lines to a workbook for their source, with the reason in its first columns.

    Mended, it loads with `hub load` like any other file. It may hold numbers of persons; the reading is logged.
    """
    wanted = _wanted(register, submission, record, reason, item, since, LineStatus.OPEN)

    async def find(hub: Hub) -> list[tuple[RefusedLine, bytes]]:
        viewer = _acting_for(hub.model.registers[register].department)
        return [line async for line in each_whole_line(hub.desk, viewer, wanted)]

    found = with_hub(find)
    if len({line.record_type for line, _ in found}) > 1:
        fail("the lines are of several record types", "Write one of them to each workbook: name it with --record.")
    content = sheet(found)
    written(file, lambda: _write_privately(file, content))
    out.print(f"{len(found):,} lines in {file}", markup=False)


def _write_privately(file: Path, content: bytes) -> None:
    """Write a file that nobody else may read."""
    file.touch(mode=0o600)
    file.write_bytes(content)


def _wanted(
    register: str | None,
    submission: str | None,
    record: str | None,
    reason: str | None,
    item: str | None,
    since: datetime | None,
    status: LineStatus,
) -> WantedLines:
    """What the options ask for; ends the command where one names nothing."""
    model = guarded(lambda: read_model(load_settings()))
    check_register(register)
    if reason and reason not in ReasonCode.__members__:
        fail(f"There is no reason {reason}.", "docs/quarantine.md lists the reasons.")
    return WantedLines(
        register=register,
        submission=submission,
        record_type=record,
        reason=reason,
        items=titles_of(model, item) if item else None,
        status=status,
        since=since.replace(tzinfo=SHANGHAI) if since else None,
    )


async def _deliverer(hub: Hub, line: str) -> Viewer:
    """The department that delivered a line, as the viewer that it is shown to."""
    async with hub.database.connection() as connection:
        found = await lines(connection, [LineId.named(line)])
    if not found:
        raise UnknownLine(id=line)
    return _acting_for(found[0].department or hub.model.registers[found[0].register].department)


def _acting_for(department: str) -> Viewer:
    return Viewer(agency=department, officer=OFFICER, roles=frozenset({Role.REPORTER}), department=department)


def _settling(words: str) -> Settling:
    if words:
        guarded(lambda: check_name("--words", words))
    return Settling(OFFICER, words or None)
