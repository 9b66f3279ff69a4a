"""The rules of the answer key, each on a story small enough to check by hand."""

from dataclasses import replace
from typing import Any, cast

from graphql import FieldNode, FragmentDefinitionNode, SelectionSetNode, parse

from adapters.sample.answer_key import AnswerKey
from adapters.sample.days import DISTANT, Round
from adapters.sample.ledger import Ledger
from adapters.sample.questions import Selection, canonical, fragment, selection
from adapters.sample.story import Line, Operation, Values
from hub.catalog import EntityKind, ItemType, Model

WHO = "11010519491231002X"
CODE = "91440101MA59ABCD1X"


def subject(name: str) -> Values:
    return {"recordedSubject.name": name, "recordedSubject.idType": "1", "recordedSubject.idNumber": WHO}


def household(name: str, when: Round = Round.FIRST, **values: str) -> Line:
    said = {"name": name, "idNumber": WHO, "sex": "2", "ethnicity": "01", "status": "NORMAL"}
    return Line("household", WHO, said | values, when)


def insurance(name: str, when: Round = Round.FIRST, employer: Values | None = None, **values: str) -> Line:
    said = {"socialSecurityNumber": "GZ1", "insuranceType": "310", "enrolledOn": "2010-05-01", **(employer or {})}
    return Line("socialInsurances", WHO, {**subject(name), **said, **values}, when)


def marriage(name: str, when: Round = Round.FIRST, **values: str) -> Line:
    return Line("marriageRegistrations", WHO, {**subject(name), "issuingAuthority": "民政局", **values}, when)


def company(name: str, when: Round = Round.FIRST, held_by: str | None = None, as_name: str = "甲") -> Line:
    said = {"creditCode": CODE, "registrationNumber": "440101000000001", "name": name}
    if held_by:
        said |= {"legalRepresentative.name": as_name, "legalRepresentative.idNumber": held_by}
    return Line("businessRegistration", CODE, said, when)


def answer(model: Model, *lines: Line, key: str = WHO) -> dict[str, Any]:
    ledger = Ledger(model)
    for place, line in enumerate(lines, 1):
        ledger.hear(line, place)
    answers = {expected.key: expected.answer for expected in AnswerKey(ledger, model).answers()}
    return cast("dict[str, Any]", answers[key])


def test_without_an_effective_date_the_later_delivery_stands_in_whatever_order_they_come(model: Model) -> None:
    lines = [household("甲"), household("乙", Round.THIRD), household("丙", Round.LATE)]
    assert answer(model, *lines)["name"] == answer(model, *reversed(lines))["name"] == "乙"


def test_for_one_effective_date_the_later_word_corrects_the_earlier(model: Model) -> None:
    lines = [insurance("甲", employerName="一"), insurance("甲", Round.SECOND, employerName="二")]
    (shown,) = answer(model, *reversed(lines))["socialInsurances"]
    assert shown["employerName"] == "二"
    assert shown["source"]["validFrom"] == "2010-05-01"


def test_a_later_effective_date_outweighs_a_later_word(model: Model) -> None:
    stopped = insurance("甲", stoppedOn="2025-01-07")
    (shown,) = answer(model, stopped, insurance("甲", Round.THIRD))["socialInsurances"]
    assert shown["stoppedOn"] == "2025-01-07"


def test_a_reduced_date_begins_with_its_first_day(model: Model) -> None:
    (shown,) = answer(model, insurance("甲", enrolledOn="2010-05"))["socialInsurances"]
    assert (shown["enrolledOn"], shown["source"]["validFrom"]) == ("2010-05", "2010-05-01")


def test_the_household_names_a_person_and_others_agree_or_differ(model: Model) -> None:
    given = answer(model, marriage("乙", marriedOn="2001-01-01"), insurance("甲"), household("甲"))
    assert given["name"] == "甲"
    assert given["provenance"]["name"]["standing"] == "AUTHORITATIVE"
    heard = {other["source"]["recordType"]: other["agrees"] for other in given["provenance"]["name"]["alternatives"]}
    assert heard == {"marriageRegistrations": False, "socialInsurances": True}


def test_without_a_household_social_security_names_a_person_and_then_the_marriage(model: Model) -> None:
    wed = marriage("乙", marriedOn="2001-01-01")
    assert answer(model, wed, insurance("甲"))["name"] == "甲"
    given = answer(model, wed)
    assert (given["name"], given["birthDate"], given["sex"]) == ("乙", "1949-12-31", None)
    assert given["provenance"]["name"]["standing"] == "FALLBACK"
    assert given["provenance"]["sex"]["absence"] == "NOT_REPORTED"


def test_nobody_names_a_person_who_is_only_known_to_work(model: Model) -> None:
    given = answer(model, Line("employment", WHO, {**subject("甲"), "employmentStatus": "17"}))
    assert (given["name"], given["employmentStatus"]) == (None, {"code": "17", "name": "职员"})
    assert given["provenance"]["name"] == {
        "source": None,
        "standing": None,
        "absence": "NOT_REPORTED",
        "alternatives": [],
    }


def test_the_latest_marriage_tells_the_marital_status_and_no_marriage_tells_nothing(model: Model) -> None:
    first = marriage("甲", marriedOn="1990-01-01", divorcedOn="1999-01-01", maritalStatus="40")
    second = marriage("甲", marriedOn="2003-01-01", maritalStatus="22")
    assert answer(model, second, first)["maritalStatus"] == {"code": "22", "name": "再婚"}
    given = answer(model, household("甲"))
    assert given["maritalStatus"] is None
    assert given["provenance"]["maritalStatus"]["absence"] == "NOT_COVERED"


def test_who_moved_out_may_be_alive_or_not(model: Model) -> None:
    assert answer(model, household("甲"))["lifeStatus"] == {"code": "ALIVE", "name": "健在"}
    moved = household("甲", status="CANCELLED", cancelReason="MOVED_OUT")
    assert answer(model, moved)["lifeStatus"] is None


def test_open_lists_keep_what_they_do_not_know(model: Model) -> None:
    for said, shown in (
        ("440106", {"code": "440106", "name": "天河区"}),
        ("440106003", {"code": "440106003", "name": None}),
        ("石牌街道", {"code": None, "name": "石牌街道"}),
    ):
        assert answer(model, household("甲", townOrSubdistrict=said))["household"]["townOrSubdistrict"] == shown


def test_representatives_are_shown_from_both_sides(model: Model) -> None:
    lines = [household("甲"), company("公司", held_by=WHO, as_name="旧名")]
    shown = answer(model, *lines, key=CODE)["businessRegistration"]["legalRepresentative"]
    assert shown == {"name": "旧名", "idNumber": WHO, "person": {"idNumber": WHO, "name": "甲"}}
    position = {"role": "legalRepresentative", "legalEntity": {"creditCode": CODE, "name": "公司"}}
    assert answer(model, *lines)["positions"] == [position]


def test_a_representative_without_records_has_no_view(model: Model) -> None:
    shown = answer(model, company("公司", held_by=WHO), key=CODE)["businessRegistration"]["legalRepresentative"]
    assert shown == {"name": "甲", "idNumber": WHO, "person": None}


def test_a_former_representative_holds_no_position(model: Model) -> None:
    later = company("公司", Round.SECOND, held_by="440524188001010014", as_name="乙")
    assert answer(model, household("甲"), company("公司", held_by=WHO), later)["positions"] == []


def test_an_employer_leads_to_the_legal_entity_under_its_present_name(model: Model) -> None:
    working = insurance("甲", employer={"employerName": "旧公司", "employer.creditCode": CODE})
    (shown,) = answer(model, working, company("旧公司"), company("新公司", Round.SECOND))["socialInsurances"]
    assert (shown["employerName"], shown["employer"]["legalEntity"]) == ("旧公司", {"name": "新公司"})
    (unknown,) = answer(model, working)["socialInsurances"]
    assert unknown["employer"] == {"creditCode": CODE, "name": None, "legalEntity": None}


def test_an_ended_record_is_gone_and_a_withdrawn_word_was_never_said(model: Model) -> None:
    working = Line("employment", WHO, {**subject("甲"), "employmentStatus": "17"})
    ended = replace(working, round=Round.SECOND, operation=Operation.END, since=Round.SECOND.stated_on)
    assert answer(model, household("甲"), working, ended)["employment"] is None
    retired = working.then(Round.SECOND, {"employmentStatus": "80"})
    taken_back = replace(retired, round=Round.THIRD, operation=Operation.WITHDRAW, since=Round.SECOND.stated_on)
    given = answer(model, household("甲"), working, retired, taken_back)
    assert given["employmentStatus"] == {"code": "17", "name": "职员"}


def test_what_holds_from_a_distant_day_on_does_not_hold_yet(model: Model) -> None:
    announced = replace(household("乙", Round.SECOND), since=DISTANT)
    assert answer(model, household("甲"), announced)["name"] == "甲"


def test_a_register_that_does_not_know_leaves_the_decision_to_the_next(model: Model) -> None:
    permit = Line("residencePermits", WHO, {**subject("甲"), "permitNumber": "1", "recordedSubject.sex": "2"})
    pupil = Line("schoolEnrolments", WHO, {**subject("甲"), "studentNumber": "1", "recordedSubject.sex": "1"})
    assert answer(model, permit, pupil)["sex"] == {"code": "2", "name": "女"}
    unsure = replace(permit, values={**permit.values, "recordedSubject.sex": "不详"})
    given = answer(model, unsure, pupil)
    assert given["sex"] == {"code": "1", "name": "男"}
    assert given["provenance"]["sex"]["alternatives"] == []
    assert answer(model, unsure)["provenance"]["sex"]["absence"] == "UNKNOWN_AT_SOURCE"


def test_a_former_number_leads_to_the_person_and_is_not_shown(model: Model) -> None:
    former = "440106199001010017"
    corrected = household("甲", Round.SECOND, formerIdNumber=former)
    said = household("甲")
    given = answer(model, replace(said, values={**said.values, "idNumber": former}), corrected)
    assert given["idNumber"] == WHO


def test_every_number_leads_to_an_entity_and_so_do_those_it_embeds(model: Model) -> None:
    ledger = Ledger(model)
    certificate = f"{WHO}43B1"
    values = {"recordedSubject.name": "甲", "certificateNumber": certificate, "issuedOn": "2020-01-01"}
    ledger.hear(Line("disabilityCertificates", WHO, values), 1)
    ledger.hear(Line("localTaxRegistration", CODE, {"taxpayerId": CODE}), 1)
    person, entity = AnswerKey(ledger, model).answers()
    assert person.identifiers == [("DISABILITY_CERTIFICATE", certificate), ("ID_NUMBER", WHO)]
    assert entity.identifiers == [("TAXPAYER_ID", CODE), ("CREDIT_CODE", CODE), ("ORGANIZATION_CODE", CODE[8:17])]


def asked(fields: SelectionSetNode | None) -> Selection:
    """What graphql-core reads in a selection."""
    nodes = cast("tuple[FieldNode, ...]", fields.selections if fields else ())
    return {node.name.value: asked(node.selection_set) for node in nodes}


def test_the_key_reads_its_questions_as_graphql_does(model: Model) -> None:
    for kind in EntityKind:
        (definition,) = parse(fragment(model, kind)).definitions
        assert isinstance(definition, FragmentDefinitionNode)
        assert asked(definition.selection_set) == selection(model, kind)


def test_the_questions_ask_for_every_record_and_every_item_of_it(model: Model) -> None:
    for kind in EntityKind:
        fields = selection(model, kind)
        for record in model.records_of(kind):
            assert {item.name for item in record.shown} == set(fields[record.name]) - {"source"}
            compound = [item for item in record.shown if item.type in (ItemType.PERSON, ItemType.ORGANIZATION)]
            assert all(fields[record.name][item.name] for item in compound)


def test_lists_compare_in_any_order() -> None:
    assert canonical({"a": [{"b": [2, 1]}, {"b": []}]}) == canonical({"a": [{"b": []}, {"b": [1, 2]}]})
