"""A card holds what an entity is listed and found by, and nothing else of its view."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from hub.catalog import EntityKind, Model
from hub.merge import Card, Record, Source, View, card_of, merge


def record(record_type: str, day: int = 1, **values: object) -> Record:
    source = Source(
        register="any",
        record_type=record_type,
        record_key=str(day),
        source_unit="",
        valid_from=date(2024, 1, day),
        stated_at=datetime(2024, 1, 1, tzinfo=UTC),
        recorded_at=datetime(2024, 1, 1, tzinfo=UTC),
        submission_id=UUID(int=1),
    )
    return Record(source, values)


def view(model: Model, kind: EntityKind, *records: Record) -> View:
    return merge(model.merged[kind].values(), records)


def card(model: Model, kind: EntityKind, *records: Record) -> Card:
    return card_of(view(model, kind, *records), model.cards[kind])


def coded(code: str) -> Mapping[str, str]:
    return {"code": code}


def test_a_person_is_found_by_name_birth_date_division_and_life_status(model: Model) -> None:
    household = record(
        "household",
        name="古丽·Ａ",
        birthDate="1990-05",
        townOrSubdistrict=coded("440106001"),
        lifeStatus=coded("ALIVE"),
    )
    assert card(model, EntityKind.NATURAL_PERSON, household) == Card(
        name="古丽·Ａ", name_key="古丽a", birth_date="1990-05", division="440106001", status="ALIVE"
    )


def test_a_legal_entity_is_found_by_name_division_kind_and_status(model: Model) -> None:
    business = record(
        "businessRegistration",
        name="广州基准有限公司",
        kind=coded("ENTERPRISE"),
        division=coded("440106"),
        registrationStatus=coded("ACTIVE"),
    )
    assert card(model, EntityKind.LEGAL_ENTITY, business) == Card(
        name="广州基准有限公司",
        name_key="广州基准有限公司",
        division="440106",
        category="ENTERPRISE",
        status="ACTIVE",
    )


def test_the_most_recent_record_of_the_first_register_that_says_something_fills_a_column(model: Model) -> None:
    permits = [record("residencePermits", day, neighborhoodCommittee=coded(f"44010600100{day}")) for day in (1, 3, 2)]
    silent = record("household", townOrSubdistrict={"unknown": "不详"})
    assert card(model, EntityKind.NATURAL_PERSON, *permits, silent).division == "440106001003"
    speaking = record("household", townOrSubdistrict=coded("440103"))
    assert card(model, EntityKind.NATURAL_PERSON, *permits, speaking).division == "440103"


def test_of_an_entity_that_nobody_speaks_of_the_card_is_empty(model: Model) -> None:
    assert card(model, EntityKind.NATURAL_PERSON) == Card()


def test_a_name_that_is_all_dots_is_found_by_none(model: Model) -> None:
    assert card(model, EntityKind.NATURAL_PERSON, record("household", name=" · ")) == Card(name=" · ", name_key=None)
