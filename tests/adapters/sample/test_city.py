"""What a sample city promises about its files."""

import re
from collections import Counter
from pathlib import Path

import pytest

from adapters.sample import make_city
from hub.catalog import ItemType, Model
from hub.errors import InvalidIdentifier
from hub.identifiers import citizen_id, organization
from tests.adapters.sample.conftest import ENTITIES, PERSONS, REGISTERS, City, FileLine, deliveries, narrow

IMPOSSIBLE = re.compile(r"2023(-02-30|0230|年2月30日)")


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
    assert make_city(tmp_path / "people", 50, 0, seed=1).answers == pytest.approx(50, abs=2)
    assert make_city(tmp_path / "organisations", 0, 50, seed=1).answers == pytest.approx(50, abs=2)


def test_progress_ends_with_everything_done(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    make_city(tmp_path, 1_500, 10, seed=1, progress=lambda done, total: heard.append((done, total)))
    assert heard == [(1_000, 1_510), (1_510, 1_510)]


def test_every_file_of_a_delivery_is_there_and_holds_lines(city: City, model: Model) -> None:
    listed = deliveries(city.directory)
    others = {"deliveries.toml", "expected.jsonl", "rejected.jsonl"}
    assert {delivery["file"] for delivery in listed} == {path.name for path in city.directory.iterdir()} - others
    assert {line.file for line in city.lines} == {delivery["file"] for delivery in listed}
    assert all(model.records[delivery["record"]].register == delivery["register"] for delivery in listed)
    assert {delivery["record"] for delivery in listed} == {
        name for name, record in model.records.items() if record.register in REGISTERS
    }


def test_departments_deliver_in_every_form(city: City) -> None:
    forms = Counter(delivery["file"].partition(".2025-")[2][len("01-06") :] for delivery in deliveries(city.directory))
    assert set(forms) == {".csv", ".gb18030.csv", ".xlsx", ".jsonl"}
    assert min(forms.values()) > 5


def test_each_register_delivers_again_and_once_too_late(city: City) -> None:
    for register in {delivery["register"] for delivery in deliveries(city.directory)}:
        days = [found["stated_on"] for found in deliveries(city.directory) if found["register"] == register]
        assert len(set(days)) == 4
        assert days[-1] < max(days)


def test_no_two_persons_share_a_number(city: City) -> None:
    settled = [line.key for line in city.good_lines if line.file.startswith("household.2025-01-06")]
    assert len(settled) == len(set(settled)) > PERSONS / 2
    owners: dict[str, set[str | None]] = {}
    for line in city.good_lines:
        if number := line.values.get("socialSecurityNumber"):
            owners.setdefault(number, set()).add(line.key)
    assert all(len(keys) == 1 for keys in owners.values())


def test_every_number_in_a_good_line_is_valid(city: City) -> None:
    for line in city.good_lines:
        for name, value in line.values.items():
            if name.endswith("idNumber"):
                assert citizen_id.normalise(value) == narrow(value)
            if name.endswith("creditCode"):
                assert organization.credit_code(value) == value
            if name == "registrationNumber":
                assert organization.registration_number(value) == value


def test_sex_and_birth_date_of_people_are_those_of_their_numbers(city: City) -> None:
    for key, answer in city.persons.items():
        if answer["sex"]:
            assert answer["sex"]["code"] == ("1" if int(key[16]) % 2 else "2")
        if answer["birthDate"]:
            assert answer["birthDate"] == citizen_id.birth_date(key).isoformat()
            assert "1930" <= answer["birthDate"][:4] <= "2020"


def flaw_in(line: FileLine, model: Model) -> str | None:
    """Why the hub cannot take the line in, as far as the line alone shows."""
    for name, value in line.values.items():
        try:
            if name.endswith("idNumber"):
                citizen_id.normalise(value)
            if name.endswith("creditCode"):
                organization.credit_code(value)
        except InvalidIdentifier:
            return "WRONG_CHECK_DIGIT"
        item = line.record.items[name.partition(".")[0]]
        if item.type in (ItemType.DATE, ItemType.PARTIAL_DATE) and IMPOSSIBLE.fullmatch(value):
            return "IMPOSSIBLE_DATE"
        codes = item.codes if item.type is ItemType.CODED else item.parts["idType"].codes if "idType" in name else None
        if codes and not model.code_lists[codes].open and not model.code_lists[codes].code_of(value):
            return "UNKNOWN_CODE"
    named = any(item.type is ItemType.IDENTIFIER and item.name in line.values for item in line.record.item)
    return None if named or "recordedSubject.idNumber" in line.values else "MISSING_KEY"


def test_every_broken_line_is_in_the_list_of_the_rejected_and_no_other(city: City, model: Model) -> None:
    seen: set[tuple[object, ...]] = set()
    found: dict[tuple[str, int], str] = {}
    for line in city.lines:
        flaw = flaw_in(line, model)
        dates = next((line.values[name] for name in line.record.effective if name in line.values), "")
        keys = next((values for names in line.record.key if all(values := [line.values.get(n) for n in names])), [])
        told = (line.file, line.key, *keys, dates)
        if flaw or told in seen:
            found[line.file, line.place] = flaw or "DUPLICATE_KEY"
        seen.add(told)
    assert found == city.rejected
    assert set(city.rejected.values()) == {
        "WRONG_CHECK_DIGIT",
        "IMPOSSIBLE_DATE",
        "UNKNOWN_CODE",
        "MISSING_KEY",
        "DUPLICATE_KEY",
    }


def test_there_is_one_answer_for_each_entity_with_a_good_line(city: City) -> None:
    answered = [line["key"] for line in city.answers]
    codes = {
        line.values["registrationNumber"]: line.key
        for line in city.good_lines
        if "creditCode" in line.values and "registrationNumber" in line.values
    }
    told = {codes.get(line.key, line.key) for line in city.good_lines if line.key}
    assert len(answered) == len(set(answered)) == city.summary.answers
    assert set(answered) == told


def test_the_summary_counts_what_the_files_hold(city: City) -> None:
    summary = city.summary
    assert (summary.persons, summary.entities) == (PERSONS, ENTITIES)
    assert summary.lines == len(city.lines)
    assert summary.rejected == len(city.rejected)
    assert summary.deliveries == len(deliveries(city.directory))
