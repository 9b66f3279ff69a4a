"""The project's documents as their readers take them: headings, tables, snippets, links."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
READMES = ["README.md", "README.zh.md"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def headings(text: str) -> list[str]:
    """The headings of the second level."""
    return re.findall(r"^## (.+)$", without_snippets(text), flags=re.MULTILINE)


def section(text: str, heading: str) -> str:
    """What stands between a heading and the next one of the same level or a higher one."""
    level = len(heading) - len(heading.lstrip("#"))
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def table(text: str, first: str) -> list[list[str]]:
    """The rows of the first table whose first column is headed ``first``."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(f"| {first} |"):
            next(lines)
            return list(_rows(lines))
    raise AssertionError(f"there is no table headed {first}")


def _rows(lines: Iterator[str]) -> Iterator[list[str]]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def snippets(text: str, language: str) -> list[str]:
    """The fenced snippets in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def without_snippets(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def links(text: str) -> list[str]:
    """Where the links inside the project lead, as written."""
    targets = re.findall(r"\]\(([^)\s]+)\)", without_snippets(text))
    return [target for target in targets if not re.match(r"https?://|#", target)]


def code(cell: str) -> str:
    """The text between the first pair of backticks."""
    found = re.search(r"`([^`]+)`", cell)
    return found[1] if found else ""


def codes(cell: str) -> set[str]:
    """Every text between backticks."""
    return set(re.findall(r"`([^`]+)`", cell))


def commands(snippet: str) -> list[list[str]]:
    """The commands of a shell snippet, each as its words."""
    lines = snippet.replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def sent_bodies(text: str) -> list[str]:
    """What the curl commands of a document send."""
    curls = [words for snippet in snippets(text, "sh") for words in commands(snippet) if words[0] == "curl"]
    sent = [words[words.index("-d") + 1] for words in curls if "-d" in words]
    return [read(body[1:]) if body.startswith("@") else body for body in sent]
