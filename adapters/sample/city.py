"""Make a small city: what its registers deliver, and what the hub must answer once it has taken that in.

Takes a size and a seed; gives files, the same bytes for the same arguments. Nobody in it exists.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from random import Random

import msgspec

from adapters.sample.answer_key import AnswerKey
from adapters.sample.courses import Courses
from adapters.sample.days import Round, age, any_day
from adapters.sample.families import Family
from adapters.sample.fates import Fates
from adapters.sample.files import Form, Manifest, Table
from adapters.sample.ledger import Ledger
from adapters.sample.lives import Life, Origin
from adapters.sample.numbers import Numbers
from adapters.sample.organizations import Organizations
from adapters.sample.registers import CHANGES, stories
from adapters.sample.shares import ABROAD, BEYOND_THE_BORDER, MIGRANTS, OUTSIDERS
from adapters.sample.story import Line, World
from adapters.sample.strangers import Strangers
from hub.catalog import Model, RecordType, load_model

Progress = Callable[[int, int], None]
_STEP, _LARGEST_SHEET = 100, 2_000
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class CitySummary:
    """What was made: how many of each, and how many lines met which fate."""

    persons: int
    entities: int
    deliveries: int
    lines: int
    rejected: int
    answers: int
    fates: Mapping[str, int]


def make_city(directory: Path, persons: int, entities: int, seed: int, progress: Progress | None = None) -> CitySummary:
    """Write a city into ``directory``; ``progress`` hears how many answers are done, of how many in all."""
    directory.mkdir(parents=True, exist_ok=True)
    progress = progress or _in_silence
    progress(0, persons + entities)
    model = load_model()
    world = _world(persons, entities, seed)
    fates = Fates(world, model, CHANGES)
    lines = list(chain.from_iterable(fates.meet(story) for story in stories(world)))
    ledger = Ledger(model)
    manifest, rejected = _deliver(directory, model, lines, ledger)
    answers = _write_answers(directory, AnswerKey(ledger, model), progress, persons + entities)
    return CitySummary(persons, entities, len(manifest), len(lines), rejected, answers, dict(fates.met))


def _in_silence(_done: int, _total: int) -> None:
    """Tell nobody."""


def _world(persons: int, entities: int, seed: int) -> World:
    """Found the organisations, bring people into the world, tell their lives and let them represent organisations."""
    random = Random(seed)  # noqa: S311 - a sample must come out the same again; nothing secret depends on it
    numbers = Numbers(random)
    founder = Organizations(random, numbers)
    organizations = list(founder.found(entities))
    courses = Courses(random, numbers, organizations)
    lives = list(islice(_people(random, numbers), persons))
    for life in lives:
        courses.tell(life)
    representatives = _Representatives(random, numbers, lives)
    for organization in organizations:
        organization.representative = representatives()
    return World(random, numbers, lives, organizations, founder, courses, representatives)


def _people(random: Random, numbers: Numbers) -> Iterator[Life]:
    """Family after family, and strangers between them; the last family may be cut short."""
    strangers = Strangers(random, numbers)
    while True:
        roll = random.random()
        family = Family(random, numbers, Origin.ELSEWHERE if roll < MIGRANTS else Origin.HERE)
        members = family.found()
        yield from members
        for _ in members:
            if random.random() < BEYOND_THE_BORDER:
                yield strangers.from_beyond_the_border()
            if random.random() < ABROAD:
                yield strangers.from_abroad()


class _Representatives:
    """Finds people to represent organisations: the grown-up, some of them dead since, and a few outsiders."""

    def __init__(self, random: Random, numbers: Numbers, lives: list[Life]) -> None:
        self._random = random
        self._numbers = numbers
        self._grown_up = [life for life in lives if 22 <= age(life.born) <= 75]

    def __call__(self) -> Life:
        if self._grown_up and self._random.random() >= OUTSIDERS:
            return self._random.choice(self._grown_up)
        born = any_day(self._random, Round.FIRST.stated_on.replace(year=1955), Round.FIRST.stated_on.replace(year=1998))
        return Family(self._random, self._numbers, Origin.ELSEWHERE).member(born)


def _deliver(directory: Path, model: Model, lines: list[Line], ledger: Ledger) -> tuple[Manifest, int]:
    """Write every delivery, note its good lines in ``ledger`` and list the others; gives how many those are."""
    batches: dict[tuple[Round, str], list[Line]] = {}
    for line in lines:
        batches.setdefault((line.round, line.record), []).append(line)
    manifest = Manifest()
    rejected = []
    for turn, (when, record) in enumerate((when, record) for when in Round for record in CHANGES):
        batch = batches.get((when, record), [])
        if batch:
            form = _form(turn, len(batch))
            file = _write_table(directory, model, model.records[record], form, batch)
            manifest.add(model.records[record], file, when.stated_on)
            rejected += list(_listen(ledger, file, form, batch))
    manifest.write(directory / "deliveries.toml")
    _write_lines(directory / "rejected.jsonl", rejected)
    return manifest, len(rejected)


def _form(turn: int, size: int) -> Form:
    """The form whose ``turn`` it is; registers take another one every round, and sheets stay small."""
    form = list(Form)[(turn + turn // len(CHANGES)) % len(Form)]
    return Form.CSV_UTF8 if form is Form.XLSX and size > _LARGEST_SHEET else form


def _write_table(directory: Path, model: Model, record: RecordType, form: Form, batch: list[Line]) -> str:
    """Write one delivery; gives the name of its file."""
    file = f"{record.name}.{batch[0].round.stated_on.isoformat()}{form.suffix}"
    Table(model, record, form).write(directory / file, batch)
    return file


def _listen(ledger: Ledger, file: str, form: Form, batch: list[Line]) -> Iterator[Mapping[str, object]]:
    for place, line in enumerate(batch, 1):
        reason = form.breakage if line.illegible else line.reason
        if reason:
            yield {"file": file, "place": place, "reason": reason.name}
        else:
            ledger.hear(line, place)


def _write_answers(directory: Path, key: AnswerKey, progress: Progress, total: int) -> int:
    count = 0
    with (directory / "expected.jsonl").open("wb") as file:
        for count, expected in enumerate(key.answers(), 1):
            file.write(_json(expected._asdict()))
            if count % _STEP == 0:
                progress(count, total)
    progress(total, total)
    return count


def _write_lines(path: Path, lines: list[Mapping[str, object]]) -> None:
    path.write_bytes(b"".join(map(_json, lines)))


def _json(line: Mapping[str, object]) -> bytes:
    return _encoder.encode(line) + b"\n"
