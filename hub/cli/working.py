"""The command that does what has to be done in the background: sources by their schedules, exports, chores."""

from collections.abc import Mapping

import typer

from adapters.running import Runner
from adapters.schedule import schedule
from adapters.sources import Source, declared_sources
from adapters.worker import Chore, Worker
from graphql_schema.exporting import ExportAnswers
from graphql_schema.schema import build_schema
from hub import telemetry
from hub.cli.console import err, guarded, run, until_stopped
from hub.exports import Exporter, exporting
from hub.intake.due import publish_due
from hub.intake.submission import Intake
from hub.intake.watching import watch
from hub.opening import open_hub, read_model
from hub.settings import Settings, load_settings

app = typer.Typer()
MIDNIGHT = "1 0 * * *"
HOURLY = "1h"


@app.command("worker", rich_help_panel="For the platform office that runs the hub")
def worker() -> None:
    """Run all sources by their schedules and work at exports until stopped, and each midnight do what `hub due` does.

    Several at once share the work; one that is killed loses nothing. Stopped, it ends its runs at the next chunk.
    """
    settings = guarded(load_settings)
    telemetry.start_logging(settings.log_level)
    declared = guarded(lambda: declared_sources(settings, read_model(settings)))
    run(_work(settings, declared))


async def _work(settings: Settings, declared: Mapping[str, Source]) -> None:
    stopped = until_stopped()
    async with open_hub(settings) as hub:
        intake = hub.intake
        chores = (
            Chore("what the day has brought", schedule(MIDNIGHT), lambda: _publish_due(intake)),
            Chore("what sources deliver", schedule(HOURLY), lambda: _watch(intake)),
        )
        err.print(f"Running {len(declared)} sources")
        answers = ExportAnswers(build_schema(hub.model, settings), hub.model, hub.desk, intake, settings)
        async with exporting(Exporter(hub.desk, settings, answers)):
            await Worker(Runner(intake, settings, "hub worker"), declared, chores).work(stopped)


async def _watch(intake: Intake) -> None:
    await watch(intake)


async def _publish_due(intake: Intake) -> None:
    async for _ in publish_due(intake.database, intake.model):
        pass
