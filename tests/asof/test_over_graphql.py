"""What GraphQL answers with `asOf` is what a plain telling of the rules tells: value, source and absence alike."""

from datetime import date, datetime
from typing import Any

from hypothesis import Phase, given, settings

from hub.catalog import Model
from tests.asof.answers import Decided
from tests.asof.histories import DAYS, NUMBERS, Delivery, Order, histories
from tests.asof.oracle import Oracle
from tests.asof.told import SCHEMES, Told, hub_with_a_still_clock
from tests.conftest import Server, services_on
from tests.intake.hubs import VAULT
from tests.served import Api, served

REASON = "{ source { register validFrom recordedAt } absence }"
ASK = f"""query($scheme: IdentifierScheme!, $value: String!, $asOf: AsOf) {{
    entity(scheme: $scheme, value: $value, asOf: $asOf) {{
        ... on NaturalPerson {{ name sex {{ code }} maritalStatus {{ code }}
            provenance {{ name {REASON} sex {REASON} maritalStatus {REASON} }} }}
        ... on LegalEntity {{ name provenance {{ name {REASON} }} }}
    }} }}"""


async def check(api: Api, hub: Told) -> None:
    """Ask about every key on two days at every instant at which something became known."""
    async with api.services.database.connection() as connection:
        await connection.execute("update still.clock set now = now + interval '1 hour'")
    oracle = Oracle(hub.happened)
    for known_at in sorted({one.known_at for one in hub.happened}):
        for valid_on in (DAYS[1], DAYS[-1]):
            for key, number in NUMBERS.items():
                as_of = {"validOn": valid_on.isoformat(), "knownAt": known_at.isoformat()}
                variables = {"scheme": SCHEMES[key[0]].name, "value": number, "asOf": as_of}
                told = (await api.data(ASK, variables))["entity"]
                expected = expected_of(oracle, key, valid_on, known_at)
                assert (shown(told) if told else None) == expected, (key, as_of)


def expected_of(oracle: Oracle, key: str, valid_on: date, known_at: datetime) -> dict[str, object] | None:
    """The items in the words of an answer; None where nothing was heard of the key by then."""
    if key not in oracle.world(known_at).bearer:
        return None
    decided = oracle.items(key, valid_on, known_at)
    items = ("name", "sex", "maritalStatus") if key[0] in "PS" else ("name",)
    return {item: reason(decided.get(item), item) for item in items}


def reason(choice: Decided | None, item: str) -> tuple[object, ...]:
    """A value, since when it holds and is known, and why there is none."""
    if choice is None:
        return (None, None, None, "NOT_COVERED" if item == "maritalStatus" else "NOT_REPORTED")
    value = None if choice.value == "不详" else choice.value
    absence = "UNKNOWN_AT_SOURCE" if choice.value == "不详" else "NONE" if value is None else None
    return (value, choice.by.valid_from.isoformat(), choice.by.known_since.isoformat(), absence)


def shown(told: dict[str, Any]) -> dict[str, object]:
    """An answer as ``reason`` tells it."""
    return {item: _shown(told[item], why) for item, why in told["provenance"].items()}


def _shown(value: Any, why: dict[str, Any]) -> tuple[object, ...]:  # noqa: ANN401 - what JSON holds
    source = why["source"] or {"validFrom": None, "recordedAt": None}
    plain = value["code"] if isinstance(value, dict) else value
    return (plain, source["validFrom"], source["recordedAt"], why["absence"])


@settings(max_examples=2, phases=[Phase.explicit, Phase.generate])
@given(history=histories(most=16))
async def test_every_answer_about_a_moment_is_what_the_rules_say(
    embedded_server: Server, model: Model, history: list[Delivery | Order]
) -> None:
    async with hub_with_a_still_clock(embedded_server, model) as hub:
        for what in history:
            await hub.happen(what)
        services = services_on(hub.office.intake.database, model, VAULT)
        async with served(services) as client:
            await check(Api(client, services), hub)
