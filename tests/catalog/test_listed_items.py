"""The model against the lists of Articles 9, 11, 14, 20 and 24, copied item by item into listed_items.csv."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from hub.catalog import Basis, EntityKind, Item, ItemType, Model, load_model

LENGTHS = {"9": 12, "11": 6, "14": 20, "20": 24, "24": 35}
ON_TWO_RECORDS = {"11.5", "11.6"}


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


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


def test_the_copied_list_is_as_long_as_each_article() -> None:
    numbers = {item.number for item in listed()}
    assert numbers == {f"{article}.{place}" for article, length in LENGTHS.items() for place in range(1, length + 1)}


def test_every_listed_item_is_in_the_model_once_under_its_title(model: Model) -> None:
    assert sorted(numbered(model)) == sorted(listed())


def test_only_the_issuing_authority_stands_on_two_records(model: Model) -> None:
    uses = Counter(item.number for item in numbered(model))
    assert {number for number, count in uses.items() if count > 1} == ON_TWO_RECORDS


def test_an_item_without_a_number_says_why_it_is_there(model: Model) -> None:
    unnumbered = [
        item for _, item in items(model) if not item.number and not any(p.number for p in item.parts.values())
    ]
    assert {item.basis for item in unnumbered} == {Basis.COMPARISON, Basis.EXTENSION, Basis.DERIVED}
    assert all(item.derived for item in unnumbered if item.basis is Basis.DERIVED)


def test_every_listed_date_may_be_given_to_the_year_or_month(model: Model) -> None:
    listed_items = [item for _, item in items(model) if item.basis is Basis.LISTED]
    dates = [item for item in listed_items if "日期" in item.zh or "时间" in item.zh]
    assert len(dates) == 13
    assert {item.type for item in dates} == {ItemType.PARTIAL_DATE}


def test_every_person_record_of_another_register_carries_the_person_for_comparison(model: Model) -> None:
    for record in model.records_of(EntityKind.NATURAL_PERSON):
        if record.register != "household_registration":
            assert record.items["recordedSubject"].type is ItemType.SUBJECT, record.name
            assert record.identified_by[0] == "recordedSubject.idNumber", record.name


def test_an_id_number_inside_an_organisation_record_is_more_secret_than_the_record(model: Model) -> None:
    secret = {path: level for path, level in model.leaves[EntityKind.LEGAL_ENTITY].items() if level != "O"}
    assert set(secret) == {
        "businessRegistration.legalRepresentative.idNumber",
        "individualBusinessRegistration.operator.idNumber",
        "privateNonEnterpriseRegistration.legalRepresentative.idNumber",
        "socialGroupRegistration.legalRepresentative.idNumber",
        "welfareInstitutionRegistration.legalRepresentative.idNumber",
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
