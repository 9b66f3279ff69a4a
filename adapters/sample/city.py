"""Make a small city: what its registers deliver, and what the hub must answer once it has taken that in.

Takes a size and a seed; gives files, the same bytes for the same arguments. Nobody in it exists.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random

import msgspec

from adapters.sample import civil_affairs, household, registrations, social_security
from adapters.sample.answer_key import AnswerKey
from adapters.sample.days import Round
from adapters.sample.fates import Fates
from adapters.sample.files import Form, Manifest, Table
from adapters.sample.ledger import Ledger
from adapters.sample.numbers import Numbers
from adapters.sample.organizations import Organizations
from adapters.sample.people import People
from adapters.sample.story import Change, Line, Story, World
from hub.catalog import Model, RecordType, load_model

Progress = Callable[[int, int], None]
_STEP, _LARGEST_SHEET = 1_000, 2_000
_encoder = msgspec.json.Encoder()
_CHANGES: Mapping[str, Change] = {
    "household": household.change,
    "marriageRegistrations": civil_affairs.change,
    "adoptionRegistrations": civil_affairs.change,
    "minimumLivingAllowances": civil_affairs.change,
    "employment": social_security.change,
    "socialInsurances": social_security.change,
    "professionalTitles": social_security.change,
    "professionalAppointments": social_security.change,
    "businessRegistration": registrations.change,
    "individualBusinessRegistration": registrations.change,
    "privateNonEnterpriseRegistration": registrations.change,
    "socialGroupRegistration": registrations.change,
    "welfareInstitutionRegistration": registrations.change,
}
"""The record types, in the order in which each round delivers them, and how their records change."""


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
    model = load_model()
    world = _world(persons, entities, seed)
    fates = Fates(world, model, _CHANGES)
    lines = list(chain.from_iterable(fates.meet(story) for story in _stories(world)))
    ledger = Ledger(model)
    manifest, rejected = _deliver(directory, model, lines, ledger)
    answers = _write_answers(directory, AnswerKey(ledger, model), progress or _in_silence, persons + entities)
    return CitySummary(persons, entities, len(manifest), len(lines), rejected, answers, dict(fates.met))


def _in_silence(_done: int, _total: int) -> None:
    """Tell nobody."""


def _world(persons: int, entities: int, seed: int) -> World:
    random = Random(seed)  # noqa: S311 - a sample must come out the same again; nothing secret depends on it
    numbers = Numbers(random)
    people = People(random, numbers)
    settled = people.settle(persons)
    founder = Organizations(random, numbers, people, settled)
    return World(random, numbers, settled, founder.found(entities), founder)


def _stories(world: World) -> Iterator[Story]:
    registers = (household, registrations, civil_affairs, social_security)
    return chain.from_iterable(register.stories(world) for register in registers)


def _deliver(directory: Path, model: Model, lines: list[Line], ledger: Ledger) -> tuple[Manifest, int]:
    """Write every delivery, note its good lines in ``ledger`` and list the others; gives how many those are."""
    batches: dict[tuple[Round, str], list[Line]] = {}
    for line in lines:
        batches.setdefault((line.round, line.record), []).append(line)
    manifest = Manifest()
    rejected = []
    for turn, (when, record) in enumerate((when, record) for when in Round for record in _CHANGES):
        batch = batches.get((when, record), [])
        if batch:
            file = _write_table(directory, model, model.records[record], when, batch, turn)
            manifest.add(model.records[record], file, when.stated_on)
            rejected += list(_listen(ledger, file, batch))
    manifest.write(directory / "deliveries.toml")
    _write_lines(directory / "rejected.jsonl", rejected)
    return manifest, len(rejected)


def _write_table(directory: Path, model: Model, record: RecordType, when: Round, batch: list[Line], turn: int) -> str:
    """Write one delivery in the form whose ``turn`` it is; gives the name of its file."""
    form = list(Form)[(turn + turn // len(_CHANGES)) % len(Form)]
    if form is Form.XLSX and len(batch) > _LARGEST_SHEET:
        form = Form.CSV_UTF8
    file = f"{record.name}.{when.stated_on.isoformat()}{form.value}"
    Table(model, record, form).write(directory / file, (line.values for line in batch))
    return file


def _listen(ledger: Ledger, file: str, batch: list[Line]) -> Iterator[Mapping[str, object]]:
    for place, line in enumerate(batch, 1):
        if line.reason:
            yield {"file": file, "place": place, "reason": line.reason.name}
        else:
            ledger.hear(line, place)


def _write_answers(directory: Path, key: AnswerKey, progress: Progress, total: int) -> int:
    count = 0
    with (directory / "expected.jsonl").open("wb") as file:
        for kind, entity, answer in key.answers():
            file.write(_json({"kind": kind, "key": entity, "answer": answer}))
            count += 1
            if count % _STEP == 0:
                progress(count, total)
    progress(total, total)
    return count


def _write_lines(path: Path, lines: list[Mapping[str, object]]) -> None:
    path.write_bytes(b"".join(map(_json, lines)))


def _json(line: Mapping[str, object]) -> bytes:
    return _encoder.encode(line) + b"\n"
