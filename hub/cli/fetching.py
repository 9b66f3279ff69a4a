"""Commands for sources: run them once or by their schedules, see how they stand, stop a run."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Column, Table

from adapters.brake import Brake, BrokenOff
from adapters.running import Runner
from adapters.sources import Source, chosen, examine_sources, read_sources, sources_path
from adapters.turns import next_run, state_of
from hub import progress
from hub.cli.console import err, fail, guarded, out, run
from hub.clock import SHANGHAI, now
from hub.errors import HubError, SourceBusy, UnknownRun
from hub.opening import open_hub, read_model
from hub.settings import Settings, load_settings
from hub.store import runs as log
from hub.store.runs import LatestRun, LoggedRun
from hub.timeline import Outcome

app = typer.Typer()
PANEL = "For the platform office that runs the hub"
sources = typer.Typer(help="List the sources and how they stand, or check the file that declares them.")
app.add_typer(sources, name="sources", rich_help_panel=PANEL)

SOURCE_COLUMNS = ("source", "register", "schedule", "state", "last run", "next run", "lag", "error")
RUN_COLUMNS = ("run", "source", "began", "took", "outcome", "attempt", "lines", "bytes", "counts", "lag", "error")


@app.command("sync", rich_help_panel=PANEL)
def sync(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="By default all sources.")] = None,
) -> None:
    """Run sources once, now, whatever their schedules say.

    What was broken off is gone on with. Exits with 1 where lines are left in quarantine, with 2 where a source failed
    or its run was cancelled; the others are run nevertheless.
    """
    settings = guarded(load_settings)
    wanted = guarded(lambda: chosen(read_sources(settings, read_model(settings)), names or []))
    raise typer.Exit(max(run(_sync(settings, wanted)), default=0))


async def _sync(settings: Settings, wanted: Sequence[Source]) -> list[int]:
    async with open_hub(settings) as hub:
        runner = Runner(hub.intake, settings, "hub sync")
        return [await _sync_one(runner, source) for source in wanted]


async def _sync_one(runner: Runner, source: Source) -> int:
    """Run one source and say what came of it; gives the exit code that it alone would end the command with."""
    try:
        with progress.bytes_read(err) as advance:
            ended = await runner.run(source, Brake(), advance)
        if ended is None:
            raise SourceBusy(source=source.name)
    except BrokenOff:
        return _refused(source, "its claim was lost with the connection to the database", "The same command goes on.")
    except HubError as error:
        return _refused(source, error.message, error.hint)
    ending = str(ended.run.outcome).lower()
    out.print(f"{source.name}: {ending}, {_told(ended.run) or 'nothing new'}", markup=False, highlight=False)
    if ended.problem:
        return _refused(source, ended.problem.message, ended.problem.hint)
    if ended.run.outcome is log.RunOutcome.CANCELLED:
        return _refused(source, "the run was cancelled", "The same command goes on where it stopped.")
    return 1 if ended.run.counts.get(Outcome.QUARANTINED) else 0


def _refused(source: Source, problem: str, hint: str) -> int:
    err.print(f"error: {source.name}: {problem}", style="bold red", markup=False, soft_wrap=True)
    err.print(hint, markup=False)
    return 2


@sources.callback(invoke_without_command=True)
def list_sources(context: typer.Context) -> None:
    """List the sources, each with its last run, its next one, its lag and its state; times are those of China.

    The lag is from the newest statement that a source has brought until now.
    """
    if context.invoked_subcommand:
        return
    settings = guarded(load_settings)
    declared = guarded(lambda: read_sources(settings, read_model(settings)))

    async def find(settings: Settings) -> dict[str, LatestRun]:
        async with open_hub(settings) as hub, hub.database.connection() as connection:
            return await log.latest(connection, declared)

    latest = run(find(settings))
    table = Table(*(Column(title, overflow="fold") for title in SOURCE_COLUMNS))
    for name, source in declared.items():
        table.add_row(*_standing(source, latest.get(name)))
    out.print(table if declared else "No source is declared.")


def _standing(source: Source, latest: LatestRun | None) -> tuple[str, ...]:
    """A line of the list of sources."""
    lag = latest.present - latest.newest if latest and latest.newest else None
    return (
        source.name,
        source.register,
        source.schedule or "",
        state_of(latest),
        _at(latest.started_at if latest else None),
        _at(next_run(source, latest, now())),
        _span(lag),
        (latest.error_code if latest else None) or "",
    )


@sources.command("check")
def check_sources(
    file: Annotated[Path | None, typer.Argument(help="A file; by default the one that HUB_SOURCES_FILE names.")] = None,
) -> None:
    """Explain every mistake of the file that declares sources, each with its line and what to do."""
    settings = guarded(load_settings)
    path = file or guarded(lambda: sources_path(settings))
    if not path.exists():
        fail(f"there is no file {path}", "Name the file that declares the sources.")
    found, mistakes = examine_sources(path, guarded(lambda: read_model(settings)))
    for mistake in mistakes:
        out.print(mistake.message, markup=False, highlight=False, soft_wrap=True)
    if mistakes:
        fail(f"{len(mistakes)} mistakes", "Mend them; what was said of a part that could not be used is checked then.")
    out.print(f"No mistake: {len(found)} sources")


@sources.command("reset")
def reset_source(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="The source, as `hub sources` lists it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Have the next run of a source that is asked for its rows read all of them, from the beginning.

    What is in stays in: rows that come again and are as they were change nothing.
    """
    settings = guarded(load_settings)
    (source,) = guarded(lambda: chosen(read_sources(settings, read_model(settings)), [name]))
    if not yes and not typer.confirm(f"Read {name} from its beginning, next time that it is run?"):
        raise typer.Exit(1)

    async def reset() -> bool:
        async with open_hub(settings) as hub:
            return await Runner(hub.intake, settings, "hub sources reset").reset(source)

    told = "begins at its beginning" if run(reset()) else "would have begun at its beginning anyway"
    out.print(f"The next run of {name} {told}", markup=False)


@app.command("runs", rich_help_panel=PANEL)
def list_runs(
    source: Annotated[str | None, typer.Option(help="Only runs of this source.")] = None,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="List at most so many runs.")] = 20,
) -> None:
    """List the log of runs, the latest first; times are those of China."""

    async def find(settings: Settings) -> list[LoggedRun]:
        async with open_hub(settings) as hub, hub.database.connection() as connection:
            return await log.list_runs(connection, source, most)

    table = Table(*(Column(title, overflow="fold") for title in RUN_COLUMNS))
    rows = run(find(guarded(load_settings)))
    for one in rows:
        table.add_row(*_logged(one))
    out.print(table if rows else "Nothing was run yet.")


def _logged(run: LoggedRun) -> tuple[str, ...]:
    """A line of the log."""
    until = run.finished_at or now()
    return (
        str(run.run_id),
        run.source,
        _at(run.started_at),
        _span(until - run.started_at),
        (run.outcome or "open").lower(),
        str(run.attempt),
        f"{run.lines:,}",
        f"{run.bytes:,}",
        _told(run),
        _span(until - run.newest_stated_at if run.newest_stated_at else None),
        run.error_code or "",
    )


@app.command("cancel", rich_help_panel=PANEL)
def cancel(
    run_id: Annotated[UUID, typer.Argument(metavar="RUN", help="The run, as `hub runs` lists it.")],
) -> None:
    """Stop a run, wherever it goes on, at its next chunk. What it has taken in stays; its source's next run goes on."""

    async def stop(settings: Settings) -> None:
        async with open_hub(settings) as hub, hub.database.connection() as connection:
            if not await log.cancel(connection, run_id):
                raise UnknownRun(run=run_id)

    run(stop(guarded(load_settings)))
    out.print(f"{run_id} ends at its next chunk")


def _told(run: LoggedRun) -> str:
    """How many lines have each outcome."""
    return ", ".join(f"{lines:,} {outcome.lower()}" for outcome, lines in sorted(run.counts.items()))


def _at(instant: datetime | None) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if instant else ""


def _span(time: timedelta | None) -> str:
    """A span of time in whole seconds."""
    return str(timedelta(seconds=round(time.total_seconds()))) if time is not None else ""
