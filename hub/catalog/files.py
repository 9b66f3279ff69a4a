"""Find and read the TOML files of a model, whatever lies in the directory; read any other by the same rules.

Takes directories; gives each file's text and table, or what is wrong with the file and on which line.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Generic

from hub.catalog.contents import ModelFile
from hub.catalog.form import File, Form
from hub.catalog.lines import line_of
from hub.errors import InvalidModel

_NAME = re.compile(r'^\s*name\s*=\s*"([^"]+)"', re.MULTILINE)


@dataclass
class Source(Generic[File]):
    """One file: what of it can be used, and the mistakes found in it so far.

    ``left_out`` names what it tells of and could not be used.
    """

    name: str
    file: File
    mistake: type[InvalidModel] = InvalidModel
    text: str = ""
    mistakes: list[InvalidModel] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)

    def note(self, path: str, problem: str) -> None:
        """Keep the mistake ``problem`` of what is written at ``path``."""
        self.note_at(line_of(self.text, path), problem)

    def note_at(self, line: int, problem: str) -> None:
        """Keep the mistake ``problem`` of ``line``."""
        self.mistakes.append(self.mistake(file=self.name, line=line, problem=problem))


def find(directory: Traversable) -> Iterator[tuple[str, Traversable]]:
    """The TOML files below ``directory`` by their path in it; hidden ones are an editor's or a volume's own."""
    for entry in directory.iterdir():
        if entry.name.startswith(".") or _leads_back(entry):
            continue
        if entry.is_dir():
            yield from ((f"{entry.name}/{name}", found) for name, found in find(entry))
        elif entry.name.endswith(".toml"):
            yield entry.name, entry


def read(name: str, entry: Traversable) -> Source[ModelFile]:
    """One file of a model, as far as it can be used."""
    source = read_into(Source(name, ModelFile()), entry)
    if source.left_out and source.file.register:
        source.left_out.add(source.file.register.name)
    return source


def read_into(source: Source[File], entry: Traversable) -> Source[File]:
    """One file of any kind, as far as it can be used; ``source`` is that of an empty one."""
    if not entry.is_file():
        source.note_at(1, "this is no file but a link that leads nowhere, or a device; remove it or put the file there")
        return source
    try:
        content = entry.read_bytes()
        source.text = content.decode("utf-8-sig")
        form = Form(tomllib.loads(source.text), type(source.file))
    except OSError as error:
        source.note_at(1, f"the file cannot be read ({error.strerror}); let the hub's user read it")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        source.note_at(line, "the file is not UTF-8; save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problem, _, place = str(error).partition(" (at line ")
        line = int(place.partition(",")[0]) if place else len(source.text.splitlines())
        source.note_at(line, f"{problem}; this is no TOML, mostly for a quote, a bracket or a repeated key")
    except RecursionError:
        source.note_at(1, "brackets stand inside each other too deeply; no key of such a file needs more than three")
    except ValueError:
        source.note_at(_longest_line(source.text), "a number has too many digits; no key of such a file needs so many")
    else:
        source.file, source.left_out = form.file, form.left_out
        for path, problem in form.problems:
            source.note(path, problem)
        return source
    source.left_out = set(_NAME.findall(source.text))
    return source


def in_order(mistakes: Iterable[InvalidModel]) -> list[InvalidModel]:
    """Each mistake once, by the line it is written on."""
    once = {(mistake.details["line"], mistake.message): mistake for mistake in mistakes}
    return sorted(once.values(), key=lambda mistake: int(str(mistake.details["line"])))


def _leads_back(entry: Traversable) -> bool:
    """Whether a linked folder leads to one that it lies in."""
    return isinstance(entry, Path) and entry.is_symlink() and entry.resolve() in entry.absolute().parents


def _longest_line(text: str) -> int:
    lines = text.splitlines()
    return max(range(len(lines)), key=lambda index: len(lines[index])) + 1
