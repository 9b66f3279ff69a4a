"""What deliveries the hub fetches, and when: the sources that ``adapters.toml`` declares.

Takes the file and the model; gives its sources, or every mistake in it by line. Never opens a source, and holds no
secret: a source names the environment variable that holds one.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct, field

from adapters.registers import LINE_COLUMNS
from adapters.schedule import Schedule, interval, schedule
from adapters.transports.fixed_width_file import Layout
from adapters.transports.folder import Folder
from adapters.transports.pull import PullSource
from adapters.transports.sql_settings import Full
from hub.catalog import Model
from hub.catalog.files import Source as Written
from hub.catalog.files import in_order, read_into
from hub.errors import InvalidArgument, InvalidModel, InvalidSetting, InvalidSources, UnknownSource
from hub.intake.delivery import check_name
from hub.settings import Settings

Transport: TypeAlias = Folder | PullSource


class Mode(StrEnum):
    """What a delivery of a source is."""

    INCREMENTAL = "incremental"
    SNAPSHOT = "snapshot"


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """One source: whose records it brings, from where, and when it is run."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,62}$")]
    register: str
    transport: Transport
    record: str | None = None
    unit: str = ""
    mode: Mode = Mode.INCREMENTAL
    schedule: str | None = None
    attempts: Annotated[int, Meta(ge=1, le=100)] = 5
    retry_after: str = "1m"
    columns: Mapping[str, str] = field(default_factory=dict)
    layout: Layout | None = None

    @property
    def times(self) -> Schedule | None:
        """When the worker runs it; None where only ``hub sync`` does."""
        return schedule(self.schedule) if self.schedule else None


class SourcesFile(Struct, frozen=True, forbid_unknown_fields=True):
    """What ``adapters.toml`` may hold."""

    source: tuple[Source, ...] = ()


def read_sources(settings: Settings, model: Model) -> dict[str, Source]:
    """The sources of ``HUB_SOURCES_FILE`` by name; raises for the first mistake in it."""
    sources, mistakes = examine_sources(sources_path(settings), model)
    if mistakes:
        raise mistakes[0]
    return {source.name: source for source in sources}


def declared_sources(settings: Settings, model: Model) -> dict[str, Source]:
    """The same; none where ``HUB_SOURCES_FILE`` is not given and there is no file of its default name."""
    is_there = settings.sources_file != Settings().sources_file or Path(settings.sources_file).exists()
    return read_sources(settings, model) if is_there else {}


def sources_path(settings: Settings) -> Path:
    """The file that declares sources; raises where there is none."""
    path = Path(settings.sources_file)
    if not path.exists():
        raise InvalidSetting(name="HUB_SOURCES_FILE", problem=f"there is no file {path}")
    return path


def examine_sources(path: Path, model: Model) -> tuple[tuple[Source, ...], list[InvalidModel]]:
    """The sources as far as they can be used, and every mistake of the file."""
    written = read_into(Written(path.name, SourcesFile(), InvalidSources), path)
    for place, problem in _problems(written.file.source, model):
        written.note(place, problem)
    return written.file.source, in_order(written.mistakes)


def chosen(sources: Mapping[str, Source], names: list[str]) -> list[Source]:
    """The sources of these names, or all of them where none is named."""
    if unknown := [name for name in names if name not in sources]:
        raise UnknownSource(source=unknown[0])
    return [sources[name] for name in dict.fromkeys(names)] if names else list(sources.values())


def _problems(sources: tuple[Source, ...], model: Model) -> Iterator[tuple[str, str]]:
    """What the sources say that cannot be, with where they say it."""
    names: set[str] = set()
    folders: set[tuple[str, str]] = set()
    for index, source in enumerate(sources):
        path = f"source[{index}]"
        if source.name in names:
            yield f"{path}.name", f"there are two sources {source.name}; give each a name of its own"
        names.add(source.name)
        yield from ((f"{path}.{key}", problem) for key, problem in _problems_of(source, model))
        if isinstance(source.transport, Folder):
            folder = source.transport.path, source.transport.pattern
            if folder in folders:
                yield f"{path}.transport.path", "another source takes the same files; give each a folder or a pattern"
            folders.add(folder)


def _problems_of(source: Source, model: Model) -> Iterator[tuple[str, str]]:
    register = model.registers.get(source.register)
    if register is None:
        yield "register", f"there is no register {source.register}; `hub registers` lists them"
    records = [record for record in model.records.values() if record.register == source.register]
    if register and source.record and source.record not in {record.name for record in records}:
        has = ", ".join(record.name for record in records)
        yield "record", f"{source.register} has no record type {source.record}; it has {has}"
    elif register:
        meant = [record for record in records if source.record in (None, record.name)]
        for title, item in source.columns.items():
            if item not in LINE_COLUMNS and not any(item in record.columns for record in meant):
                yield f"columns.{title}", f"there is no item {item}; `hub model doc` lists those of each record type"
    try:
        check_name("unit", source.unit or "-")
    except InvalidArgument as error:
        yield "unit", str(error.details["problem"])
    if source.mode is Mode.SNAPSHOT and not _is_whole(source.transport):
        yield "mode", "only a file, or a database of which every run reads all (`read.mode` full), is a full copy"
    yield from _times(source)


def _is_whole(transport: Transport) -> bool:
    """Whether each delivery may hold all there is, and not what is new since the last."""
    return isinstance(transport, Folder) or isinstance(transport.read, Full)


def _times(source: Source) -> Iterator[tuple[str, str]]:
    """What is wrong with the schedule and the intervals."""
    for key, check, text in (
        ("schedule", schedule, source.schedule),
        ("retry_after", interval, source.retry_after),
        ("transport.quiet", interval, source.transport.quiet if isinstance(source.transport, Folder) else None),
    ):
        try:
            if text is not None:
                check(text)
        except ValueError as error:
            yield key, str(error)
