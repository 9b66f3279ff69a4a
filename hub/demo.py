"""The demonstration of `make run`: the small city, loaded once, and two queries to try.

Takes settings; leaves a loaded database and gives what to print. Runs again in a moment: what is loaded stays.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from adapters.loading import load
from adapters.recognising import recognise
from adapters.sample.city import make_city
from adapters.transports.content import Limits
from hub import progress
from hub.access import Role, Viewer
from hub.identity import LocalIssuer
from hub.opening import open_hub, read_model
from hub.settings import Settings
from hub.store.statistics import refresh_statistics

SEED = 1
HOW_LONG = "for ten thousand persons about a minute"
PERSON_QUERY = """query Person($idNumber: IdNumber!) {
  naturalPerson(idNumber: $idNumber) {
    name sex { name } birthDate lifeStatus { name } maritalStatus { name } employmentStatus { name }
    provenance {
      name { standing basis source { register validFrom } alternatives { agrees source { register recordType } } }
    }
    household { townOrSubdistrict { code name } relationshipToHead { name } }
    spouse { person { name birthDate } source { register validFrom } }
    academicQualifications { level { name } major { code name } }
    socialInsurances { insuranceType { name } employer { legalEntity { name } } }
    housingFundAccounts { employerName registeredOn }
    positions { role legalEntity { name creditCode } }
    version
  }
}"""
ENTITY_QUERY = """query Entity($creditCode: CreditCode!) {
  legalEntity(creditCode: $creditCode) {
    name kind { name } organizationCode
    businessRegistration {
      registeredAddress
      legalRepresentative { name person { name birthDate positions { legalEntity { name } } } }
      source { register validFrom recordedAt }
    }
    organizationCodeRegistration { registeredAddress verificationResult { name } }
    localTaxRegistration { taxpayerId registeredAddress }
    nationalTaxRegistration { taxpayerId registeredAddress }
    version
  }
}"""

TELLING_OF_A_PERSON: tuple[Callable[[Any], object], ...] = (
    lambda answer: answer["household"] and answer["maritalStatus"],
    lambda answer: answer["positions"],
    lambda answer: any(insurance["employer"] for insurance in answer["socialInsurances"]),
    lambda answer: not all(other["agrees"] for other in answer["provenance"]["name"]["alternatives"]),
    lambda answer: any((marriage["spouse"] or {}).get("person") for marriage in answer["marriageRegistrations"]),
    lambda answer: answer["academicQualifications"],
    lambda answer: answer["housingFundAccounts"],
)
TELLING_OF_AN_ENTITY: tuple[Callable[[Any], object], ...] = (
    lambda answer: answer["businessRegistration"],
    lambda answer: answer["businessRegistration"] and answer["businessRegistration"]["legalRepresentative"]["person"],
    lambda answer: answer["organizationCodeRegistration"],
    lambda answer: answer["localTaxRegistration"] and answer["nationalTaxRegistration"],
)


@dataclass(frozen=True)
class Ready:
    """A hub with the city in it: a token for it, and a person and an entity to ask for."""

    token: str
    person: str
    entity: str

    @property
    def explorer_headers(self) -> Mapping[str, str]:
        """What the explorer sends along."""
        return {"Authorization": f"Bearer {self.token}", "Hub-Purpose": "demonstration"}

    def introduce(self, console: Console, url: str) -> None:
        """Print where the hub is and the two queries, as commands to paste."""
        console.print(f"\n基准 · Jizhun serves {url}/graphql\nexplorer  {url}/explorer\nschema    {url}/schema.graphql")
        console.print("It listens on this machine only, and everybody in it is made up. Two queries to try:\n")
        for query, variables in (
            (PERSON_QUERY, {"idNumber": self.person}),
            (ENTITY_QUERY, {"creditCode": self.entity}),
        ):
            console.print(self._command(url, query, variables), markup=False, highlight=False, soft_wrap=True)
            console.print()
        console.print("Stop with Ctrl-C; `make run` starts it again with what is loaded.")

    def _command(self, url: str, query: str, variables: Mapping[str, str]) -> str:
        body = msgspec.json.encode({"query": " ".join(query.split()), "variables": variables}).decode()
        headers = {**self.explorer_headers, "Content-Type": "application/json"}
        sent = " ".join(f"-H {shlex.quote(f'{name}: {text}')}" for name, text in headers.items())
        return f"curl -s {url}/graphql {sent} -d {shlex.quote(body)}"


async def prepare(settings: Settings, console: Console, *, persons: int, entities: int) -> Ready:
    """Make and load the city, unless that was done before."""
    directory = settings.data_path / f"sample-{persons}-{entities}-{SEED}"
    if not (directory / "deliveries.toml").exists():
        console.print(f"Making a city of {persons:,} persons and {entities:,} legal entities: {HOW_LONG}")
        with progress.counted(console, "Making") as advance:
            make_city(directory, persons, entities, SEED, advance)
    await _load_city(settings, console, directory)
    viewer = Viewer(agency="demo agency", officer="demo officer", roles=frozenset({Role.QUERY_OFFICER}))
    return Ready(
        token=LocalIssuer.at(settings.data_path).mint(viewer, timedelta(hours=12)),
        person=_most_telling(directory, "ID_NUMBER", TELLING_OF_A_PERSON),
        entity=_most_telling(directory, "CREDIT_CODE", TELLING_OF_AN_ENTITY),
    )


async def _load_city(settings: Settings, console: Console, directory: Path) -> None:
    model = read_model(settings)
    console.print("Starting PostgreSQL and bringing it up to date: some seconds")
    async with open_hub(settings) as hub:
        console.print(f"Loading what is not loaded yet: {HOW_LONG}")
        for delivery in deliveries(directory):
            (recognised,) = recognise(
                model,
                delivery.register,
                [directory / delivery.file],
                record=delivery.record,
                stated_on=delivery.stated_on,
                source_unit="",
                limits=Limits.of(settings),
            )
            if (await hub.intake.open(recognised.delivery("hub demo"))).finished:
                continue
            with progress.bytes_read(console, [recognised]) as advance:
                report = await load(hub.intake, recognised, "hub demo", advance)
            outcomes = ", ".join(f"{lines:,} {name.lower()}" for name, lines in report.summary.counts.items())
            console.print(f"  {delivery.file}: {outcomes}", markup=False, highlight=False)
        await refresh_statistics(hub.database)


class SampleDelivery(msgspec.Struct, frozen=True):
    """One entry of ``deliveries.toml``."""

    register: str
    file: str
    record: str
    stated_on: date


def deliveries(directory: Path) -> list[SampleDelivery]:
    """What is to be loaded, in order."""
    content = msgspec.toml.decode((directory / "deliveries.toml").read_bytes())
    return msgspec.convert(content["delivery"], list[SampleDelivery])


def _most_telling(directory: Path, scheme: str, telling: Sequence[Callable[[Any], object]]) -> str:
    """The number of ``scheme`` of the expected entity whose answer shows most of what is ``telling``."""
    with (directory / "expected.jsonl").open("rb") as lines:
        expected = (line for line in map(msgspec.json.decode, lines) if line["scheme"] == scheme)
        return str(max(expected, key=lambda line: sum(bool(shows(line["answer"])) for shows in telling))["key"])
