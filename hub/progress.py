"""Progress bars on the terminal for long work; silent where standard error is not a terminal."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from adapters.recognising import RecognisedFile
from adapters.transports import RowFile


@contextmanager
def bytes_read(console: Console, files: Sequence[RecognisedFile] = ()) -> Iterator[Callable[[RowFile], None]]:
    """A bar for each of ``files``, and for any other; call what it gives with a file whenever more was taken in."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks: dict[RowFile, TaskID] = {}

        def advance(file: RowFile) -> None:
            if file not in tasks:
                tasks[file] = progress.add_task(file.name, total=file.size)
            progress.update(tasks[file], completed=file.position)

        for recognised in files:
            advance(recognised.file)
        yield advance


@contextmanager
def counted(console: Console, title: str) -> Iterator[Callable[[int, int], None]]:
    """One bar; call what it gives with how many are done, out of how many."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
