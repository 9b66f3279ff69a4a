"""The model against the lists of Articles 9 to 18 and 20 to 25, copied item by item into listed_items.csv."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from hub.catalog import Basis, EntityKind, Item, ItemType, Model, load_model

PERSONS = {"9": 12, "10": 17, "11": 6, "12": 36, "13": 5, "14": 20, "15": 36, "16": 8, "17": 3, "18": 8}
ENTITIES = {"20": 24, "21": 7, "22": 4, "23": 4, "24": 35, "25": 6}
LENGTHS = PERSONS | ENTITIES
ON_SEVERAL_RECORDS = {"11.5", "11.6", "15.34", "15.35", "15.36", "18.5", "18.6", "18.7", "18.8"}
IN_THREE_PLACES = "12.15"


class Listed(NamedTuple):
    number: str
    title: str
    path: str


def listed() -> list[Listed]:
    with Path(__file__).with_name("listed_items.csv").open(encoding="utf-8") as file:
        return [Listed(**row) for row in csv.DictReader(file)]


def items(model: Model) -> Iterator[tuple[str, Item]]:
    return ((record.name, item) for record in model.records.values() for item in record.item)


def numbered(model: Model) -> Iterator[Listed]:
    """What the model says of every number it gives, in the words of the list."""
    for record, item in items(model):
        if item.number:
            yield Listed(item.number, item.zh, f"{record}.{item.name}")
        for name, part in item.parts.items():
            if part.number:
                yield Listed(part.number, part.zh, f"{record}.{item.name}.{name}")
        for member in item.members:
            if member.number:
                yield Listed(member.number, member.zh, f"{record}.{item.name}.{member.name}")


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


def test_the_copied_list_is_as_long_as_each_article() -> None:
    numbers = {item.number for item in listed()}
    assert numbers == {f"{article}.{place}" for article, length in LENGTHS.items() for place in range(1, length + 1)}
    assert len(numbers) == 231
    assert (sum(PERSONS.values()), sum(ENTITIES.values())) == (151, 80)


def test_every_listed_item_is_in_the_model_once_under_its_title(model: Model) -> None:
    in_model = (
        item._replace(title=item.title.partition("(")[0]) if item.number == IN_THREE_PLACES else item
        for item in numbered(model)
    )
    assert sorted(in_model) == sorted(listed())


def test_only_issuers_and_registrations_of_one_article_stand_on_several_records(model: Model) -> None:
    places = defaultdict(set)
    for item in numbered(model):
        places[item.number].add(item.path.partition(".")[0])
    assert {number for number, records in places.items() if len(records) > 1} == ON_SEVERAL_RECORDS
    uses = Counter(item.number for item in numbered(model))
    assert {number for number, count in uses.items() if count > len(places[number])} == {IN_THREE_PLACES}


def test_an_item_or_part_without_a_number_says_why_it_is_there(model: Model) -> None:
    for record, item in items(model):
        if not item.numbers:
            assert item.basis in (Basis.COMPARISON, Basis.EXTENSION, Basis.DERIVED), (record, item.name)
            assert bool(item.derived) == (item.basis is Basis.DERIVED), (record, item.name)
        for name, part in item.parts.items():
            listed_whole = bool(item.number) and item.basis is Basis.LISTED
            reason = part.basis or item.basis
            assert part.number or listed_whole or reason is not Basis.LISTED, (record, item.name, name)


def test_what_is_added_to_the_lists_is_marked_as_an_extension(model: Model) -> None:
    added = {f"{record}.{item.name}" for record, item in items(model) if item.basis is Basis.EXTENSION}
    assert {
        "household.householdAddress",
        "household.headOfHousehold",
        "household.relationshipToHead",
        "household.recordedBirthDate",
        "marriageRegistrations.spouse",
        "marriageRegistrations.certificateNumber",
        "businessRegistration.businessScope",
        "businessRegistration.registeredCapital",
        "businessRegistration.registrationStatus",
        "businessRegistration.cancelledOn",
        "housingFundAccounts.accountNumber",
        "privateNonEnterpriseRegistration.certificateNumber",
        "privateNonEnterpriseRegistration.creditCode",
        "publicInstitutionRegistration.creditCode",
        "disabilityCertificates.validUntil",
    } <= added


def test_every_listed_date_may_be_given_to_the_year_or_month(model: Model) -> None:
    listed_items = [
        inner
        for _, item in items(model)
        for inner in (item, *item.members)
        if inner.number and any(word in inner.zh for word in ("日期", "时间"))
    ]
    to_the_minute = {"证明发出时间", "死亡日期"}
    assert {item.type for item in listed_items if item.zh not in to_the_minute} == {ItemType.PARTIAL_DATE}
    assert {item.type for item in listed_items if item.zh in to_the_minute} == {ItemType.PARTIAL_TIME}


def test_every_person_record_of_another_register_carries_the_person_for_comparison(model: Model) -> None:
    for record in model.records_of(EntityKind.NATURAL_PERSON):
        if record.register != "household_registration":
            assert record.items["recordedSubject"].type is ItemType.SUBJECT, record.name
            assert record.identified_by[0] == "recordedSubject.idNumber", record.name


def test_an_id_number_inside_an_organisation_record_is_more_secret_than_the_record(model: Model) -> None:
    secret = {path for path, level in model.leaves[EntityKind.LEGAL_ENTITY].items() if level != "O"}
    taxpayers = {path for path in secret if path.endswith("TaxRegistration.taxpayerId")}  # may embed an ID number
    assert len(taxpayers) == 2
    people = [path.rpartition(".") for path in secret - taxpayers]
    assert {part for _, _, part in people} == {"idType", "idNumber", "countryOrRegion"}
    assert {path for path, _, _ in people} == {
        "businessRegistration.legalRepresentative",
        "individualBusinessRegistration.operator",
        "privateNonEnterpriseRegistration.legalRepresentative",
        "socialGroupRegistration.legalRepresentative",
        "welfareInstitutionRegistration.legalRepresentative",
        "publicInstitutionRegistration.legalRepresentative",
    }


def test_everything_about_an_adoption_is_sensitive(model: Model) -> None:
    assert {level for path, level in model.records["adoptionRegistrations"].leaves()} == {"S"}


@pytest.mark.parametrize(
    ("record", "title", "name"),
    [
        ("businessRegistration", "成立日期（工商）", "establishedOn"),
        ("businessRegistration", "成立日期(工商)", "establishedOn"),
        ("businessRegistration", "法定代表人", "legalRepresentative.name"),
        ("businessRegistration", "行政区划", "division.name"),
        ("businessRegistration", "行政区划代码", "division.code"),
        ("socialInsurances", "工作单位", "employerName"),
        ("socialInsurances", "身份证号", "recordedSubject.idNumber"),
        ("socialGroupRegistration", "法定代表人（责任人）姓名", "legalRepresentative.name"),
        ("household", "户籍地镇（街道）", "townOrSubdistrict"),
    ],
)
def test_a_column_is_known_by_any_title_in_use(model: Model, record: str, title: str, name: str) -> None:
    assert model.records[record].columns[title] == name


def test_a_derived_item_has_no_column(model: Model) -> None:
    assert {"kind", "主体类别"}.isdisjoint(model.records["businessRegistration"].columns)
