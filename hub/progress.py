"""Progress bars on the terminal for long work; silent where standard error is not a terminal."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from adapters.loading import RecognisedFile
from adapters.transports import RowFile


@contextmanager
def bytes_read(console: Console, files: Sequence[RecognisedFile]) -> Iterator[Callable[[RowFile], None]]:
    """A bar a file; call what it gives with a file whenever more of it was taken in."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks = {file.file: progress.add_task(file.file.name, total=file.file.size) for file in files}
        yield lambda file: progress.update(tasks[file], completed=file.position)


@contextmanager
def counted(console: Console, title: str) -> Iterator[Callable[[int, int], None]]:
    """One bar; call what it gives with how many are done, out of how many."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
