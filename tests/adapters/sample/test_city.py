"""What a sample city promises about its files."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from adapters.sample import make_city
from adapters.sample.files import Form
from adapters.sample.flaws import FLAWS
from hub.catalog import Model
from hub.identifiers import citizen_id, organization
from hub.reasons import ReasonCode
from tests.adapters.sample.conftest import ENTITIES, PERSONS, City, deliveries, narrow

LISTED_ITEMS = Path(__file__).parents[2] / "catalog" / "listed_items.csv"


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        make_city(tmp_path / name, 300, 60, seed)
    one, again, other = (contents(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    assert one["expected.jsonl"] != other["expected.jsonl"]


def test_a_city_may_be_empty(tmp_path: Path) -> None:
    summary = make_city(tmp_path, 0, 0, seed=1)
    assert (summary.lines, summary.answers) == (0, 0)
    assert deliveries(tmp_path) == []


def test_a_city_without_organisations_or_without_people_is_a_city(tmp_path: Path) -> None:
    assert make_city(tmp_path / "people", 50, 0, seed=1).answers == pytest.approx(50, abs=10)
    assert make_city(tmp_path / "organisations", 0, 50, seed=1).answers == pytest.approx(50, abs=10)


def test_progress_names_the_whole_at_once_and_ends_with_everything_done(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    make_city(tmp_path, 1_500, 10, seed=1, progress=lambda done, total: heard.append((done, total)))
    assert heard == [*((done, 1_510) for done in range(0, 1_501, 100)), (1_510, 1_510)]


def test_every_file_of_a_delivery_is_there_and_holds_lines(city: City, model: Model) -> None:
    listed = deliveries(city.directory)
    others = {"deliveries.toml", "expected.jsonl", "rejected.jsonl"}
    assert {delivery["file"] for delivery in listed} == {path.name for path in city.directory.iterdir()} - others
    assert {line.file for line in city.lines} == {delivery["file"] for delivery in listed}
    assert all(model.records[delivery["record"]].register == delivery["register"] for delivery in listed)
    assert {delivery["record"] for delivery in listed} == set(model.records)


def test_departments_deliver_in_every_form(city: City) -> None:
    forms = Counter(delivery["file"].partition(".2025-")[2][len("01-06") :] for delivery in deliveries(city.directory))
    assert set(forms) == {".csv", ".gb18030.csv", ".xlsx", ".jsonl"}
    assert min(forms.values()) > 20


def test_each_register_delivers_again_and_most_once_too_late(city: City) -> None:
    days: dict[str, list[date]] = {}
    for delivery in deliveries(city.directory):
        days.setdefault(delivery["register"], []).append(delivery["stated_on"])
    assert all(len(set(delivered)) >= 3 for delivered in days.values())
    assert sum(delivered[-1] < max(delivered) for delivered in days.values()) > len(days) / 2


def test_every_listed_item_has_a_value_in_some_file(city: City) -> None:
    given = {f"{line.record.name}.{name}" for line in city.good_lines for name in line.values}
    silent = {row["number"] for row in listed() if not has_value(row["path"], given)}
    assert silent == set()
    assert len({row["number"] for row in listed()}) == 231


def listed() -> list[dict[str, str]]:
    with LISTED_ITEMS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def has_value(path: str, given: set[str]) -> bool:
    """Whether some line gives a listed item, whole or in a part of it."""
    return path in given or any(name.startswith(f"{path}.") for name in given)


def test_no_number_leads_to_two_entities(city: City) -> None:
    numbers = [tuple(number) for line in city.answers for number in line["identifiers"]]
    assert len(numbers) == len(set(numbers)) > 2 * len(city.answers)


def test_every_number_in_a_good_line_is_valid(city: City) -> None:
    for line in city.good_lines:
        for name, value in line.values.items():
            if name.endswith("idNumber") and len(value) == citizen_id.LENGTH:
                assert citizen_id.normalise(value) == narrow(value)
            if name.endswith("creditCode"):
                assert organization.credit_code(value) == value


def test_sex_and_birth_date_of_people_are_those_of_their_numbers(city: City) -> None:
    for key, answer in city.persons.items():
        if answer["sex"]:
            assert answer["sex"]["code"] == ("1" if int(key[16]) % 2 else "2")
        if answer["birthDate"]:
            assert citizen_id.birth_date(key).isoformat().startswith(answer["birthDate"])
            assert "1930" <= answer["birthDate"][:4] <= "2025"


def test_lines_are_refused_for_every_reason_that_a_delivery_can_give(city: City) -> None:
    forms = {form.breakage for form in Form}
    assert set(city.rejected.values()) == {reason.name for reason in (*FLAWS, *forms, ReasonCode.DUPLICATE_KEY)}


def test_lives_hang_together_across_registers(city: City) -> None:
    edges = {line["key"]: line["edges"] for line in city.answers if line["kind"] == "NATURAL_PERSON"}
    married = [(key, of["spouse"]) for key, of in edges.items() if of["spouse"] in edges]
    assert len(married) > PERSONS / 5
    assert sum(edges[spouse]["spouse"] == key for key, spouse in married) > 0.9 * len(married)
    children = [(key, child) for key, of in edges.items() for child in of["children"]]
    assert len(children) > PERSONS / 50
    assert all(key in edges[child]["parents"] for key, child in children)
    assert any(len(of["children"]) > 1 for of in edges.values())
    assert any(len(of["positions"]) > 1 for of in edges.values())
    assert any(of["employers"] and of["positions"] for of in edges.values())


def test_the_dead_and_the_numberless_are_there(city: City) -> None:
    people = [line for line in city.answers if line["kind"] == "NATURAL_PERSON"]
    schemes = {line["scheme"] for line in people}
    assert {"ID_NUMBER", "BIRTH_CERTIFICATE", "PASSPORT", "HONG_KONG_MACAO_PERMIT", "TAIWAN_PERMIT"} <= schemes
    assert {"81", "82", "83"} <= {key[:2] for key in city.persons}
    certified = {key for key, answer in city.persons.items() if answer["deathCertificate"]}
    cancelled = {
        key
        for key, answer in city.persons.items()
        if answer["household"] and (answer["household"]["cancelReason"] or {}).get("code") == "DEATH"
    }
    assert certified & cancelled
    assert certified - cancelled
    assert cancelled - certified
    leading = {key for key in (*certified, *cancelled) if city.persons[key]["positions"]}
    assert leading


def test_there_is_one_answer_for_each_entity_with_a_good_line(city: City) -> None:
    numbers = {told.rpartition("/")[2]: line["key"] for line in city.answers for _, told in line["identifiers"]}
    told = {numbers.get(line.key) for line in city.good_lines if line.key}
    assert told == {line["key"] for line in city.answers}
    assert len(told) == city.summary.answers


def test_the_summary_counts_what_the_files_hold(city: City) -> None:
    summary = city.summary
    assert (summary.persons, summary.entities) == (PERSONS, ENTITIES)
    assert summary.lines == len(city.lines)
    assert summary.rejected == len(city.rejected)
    assert summary.deliveries == len(deliveries(city.directory))
