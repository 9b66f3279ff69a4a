"""A sample city, loaded through the adapters and asked for over GraphQL."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import msgspec

from adapters.loading import load, recognise
from adapters.sample.answers import ENTITY_FIELDS, PERSON_FIELDS, canonical
from graphql_schema.services import Services
from hub.access import Grant, Role
from hub.catalog import EntityKind
from hub.demo import SampleDelivery, deliveries
from tests.served import Api

EVERYTHING = tuple(Grant(role=Role.AGENCY, entity=kind, sensitivity=("O", "P", "S")) for kind in EntityKind)
QUERIES = {
    "NATURAL_PERSON": PERSON_FIELDS
    + "query($keys: [IdNumber!]!) "
    + "{ found: naturalPersons(idNumbers: $keys) { it: naturalPerson { ...PersonFields } } }",
    "LEGAL_ENTITY": ENTITY_FIELDS
    + "query($keys: [CreditCode!]!) "
    + "{ found: legalEntities(creditCodes: $keys) { it: legalEntity { ...EntityFields } } }",
}


@dataclass(frozen=True)
class Expected:
    """One line of the answer key."""

    kind: str
    key: str
    answer: dict[str, object]


def open_to_all(services: Services) -> Services:
    """The same services, with agencies granted every item."""
    return replace(services, desk=replace(services.desk, grants=EVERYTHING))


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
        record=None,
        stated_on=delivery.stated_on,
        source_unit="",
        max_cell_characters=api.services.settings.max_cell_characters,
    )
    assert recognised.record.name == delivery.record
    report = await load(api.services.intake, recognised, "test", lambda file: None)
    async with api.services.database.connection() as connection:
        rows = await connection.fetch(
            "select place, reason from quarantine where submission_id = $1", report.summary.submission_id
        )
    return {row["place"]: row["reason"] for row in rows}


async def differences(api: Api, directory: Path) -> AsyncIterator[tuple[Expected, object]]:
    """Every entity of the answer key that the hub answers otherwise, with its answer."""
    for kind, query in QUERIES.items():
        of_kind = (line for line in expected_in(directory) if line.kind == kind)
        while batch := list(islice(of_kind, 50)):
            data = await api.data(query, {"keys": [line.key for line in batch]})
            for line, found in zip(batch, data["found"], strict=True):
                if canonical(found["it"]) != canonical(line.answer):
                    yield line, found["it"]


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
