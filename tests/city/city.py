"""A sample city, loaded through the adapters and asked for over GraphQL."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from adapters.loading import load
from adapters.recognising import recognise
from adapters.sample.questions import canonical, fragment
from adapters.transports.content import Limits
from hub.catalog import EntityKind
from hub.demo import SampleDelivery, deliveries
from tests.served import Api

Thing = TypeVar("Thing")
AT_ONCE, ROOT_FIELDS = 50, 20
MANY = {
    "ID_NUMBER": "($keys: [IdNumber!]!) { found: naturalPersons(idNumbers: $keys) { it: naturalPerson",
    "CREDIT_CODE": "($keys: [CreditCode!]!) { found: legalEntities(creditCodes: $keys) { it: legalEntity",
}
"""The schemes by which entities are asked for in numbers."""


class Expected(msgspec.Struct, frozen=True):
    """One line of the answer key: an entity by its best number, everything that leads to it, and what it is."""

    kind: EntityKind
    scheme: str
    key: str
    identifiers: list[tuple[str, str]]
    answer: dict[str, object]
    edges: dict[str, object]


class Answered(NamedTuple):
    """What the hub answers about one entity: its id and what it shows."""

    id: str
    shown: dict[str, object]


def batched(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """``things`` in batches."""
    waiting = iter(things)
    while batch := list(islice(waiting, size)):
        yield batch


def expected_in(directory: Path) -> Iterator[Expected]:
    with (directory / "expected.jsonl").open("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line, type=Expected)


async def load_delivery(api: Api, directory: Path, delivery: SampleDelivery) -> dict[int, str]:
    """Load one delivery as `hub load` does; gives the reason of each line in quarantine."""
    (recognised,) = recognise(
        api.services.model,
        delivery.register,
        [directory / delivery.file],
        record=delivery.record,
        stated_on=delivery.stated_on,
        source_unit="",
        limits=Limits.of(api.services.settings),
    )
    report = await load(api.services.intake, recognised, "test", lambda file: None)
    async with api.services.database.connection() as connection:
        rows = await connection.fetch(
            "select place, reason from quarantine where submission_id = $1", report.summary.submission_id
        )
    return {row["place"]: row["reason"] for row in rows}


async def differences(api: Api, directory: Path) -> AsyncIterator[tuple[Expected, object]]:
    """Every entity of the answer key that the hub answers otherwise, with its answer, or not to every number."""
    found: dict[tuple[str, str], str] = {}
    async for line, answered in answers(api, directory):
        if answered is None or canonical(answered.shown) != canonical(line.answer):
            yield line, answered and answered.shown
        else:
            found |= {number: answered.id for number in line.identifiers if number[1] != line.key}
    for numbers in batched(found, ROOT_FIELDS):
        ids = [entity and entity["id"] for entity in await by_number(api, numbers, "{ id }")]
        for number, wrong in zip(numbers, ids, strict=True):
            if wrong != found[number]:
                yield Expected(EntityKind.NATURAL_PERSON, *number, [], {}, {}), wrong


async def answers(api: Api, directory: Path) -> AsyncIterator[tuple[Expected, Answered | None]]:
    """Every line of the answer key with the hub's answer about its entity."""
    for scheme, lines in by_scheme(directory).items():
        for batch in batched(lines, AT_ONCE if scheme in MANY else 1):
            for line, found in zip(batch, await asked(api, scheme, batch), strict=True):
                entity = found and {name: value for name, value in found.items() if name != "id"}
                yield line, found and Answered(found["id"], entity)


def by_scheme(directory: Path) -> dict[str, list[Expected]]:
    """The answer key by the scheme that entities are asked for by."""
    lines: dict[str, list[Expected]] = {}
    for line in expected_in(directory):
        lines.setdefault(line.scheme, []).append(line)
    return lines


async def asked(api: Api, scheme: str, lines: Sequence[Expected]) -> list[Any]:
    """What the hub shows of entities of one scheme: many at once by their primary keys, others one by one."""
    kind = lines[0].kind
    shown = f"{{ id ...{kind.type_name}Fields }}"
    if scheme not in MANY:
        return await by_number(api, [(scheme, line.key) for line in lines], shown, fragment(api.services.model, kind))
    query = f"{fragment(api.services.model, kind)} query{MANY[scheme]} {shown} }} }}"
    data = await api.data(query, {"keys": [line.key for line in lines]})
    return [found["it"] for found in data["found"]]


async def by_number(api: Api, numbers: Sequence[tuple[str, str]], shown: str, fragments: str = "") -> list[Any]:
    """What any numbers lead to."""
    places = range(len(numbers))
    asked_for = " ".join(f"n{place}: entity(scheme: $s{place}, value: $v{place}) {shown}" for place in places)
    declared = " ".join(f"$s{place}: IdentifierScheme! $v{place}: String!" for place in places)
    variables = {f"{name}{place}": numbers[place][part] for place in places for part, name in enumerate("sv")}
    data = await api.data(f"{fragments} query({declared}) {{ {asked_for} }}", variables)
    return [data[f"n{place}"] for place in places]


async def load_city(
    api: Api, directory: Path, order: Iterable[SampleDelivery] | None = None
) -> dict[str, dict[int, str]]:
    """Load every delivery, in the order listed or in another; gives the rejected lines of each file."""
    return {
        delivery.file: await load_delivery(api, directory, delivery)
        for delivery in (order if order is not None else deliveries(directory))
    }


def rejected_in(directory: Path) -> dict[str, dict[int, str]]:
    rejected: dict[str, dict[int, str]] = {delivery.file: {} for delivery in deliveries(directory)}
    with (directory / "rejected.jsonl").open("rb") as lines:
        for line in map(msgspec.json.decode, lines):
            rejected[line["file"]][line["place"]] = line["reason"]
    return rejected
