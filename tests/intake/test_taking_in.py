"""What comes of a delivery: outcomes, versions, quarantine."""

from datetime import date

from hub.intake.submission import Summary
from hub.intake.taking import MOST_LINES
from tests.offices import Office
from tests.people import credit_code, id_number

MARRIAGE = {"recordedSubject.idNumber": id_number(1), "marriedOn": "2020-05-20", "issuingAuthority": "天河区民政局"}


def outcomes(summary: Summary) -> list[str]:
    return [result.outcome.value for result in summary.results]


async def test_a_first_line_creates_a_record_and_a_view(office: Office) -> None:
    summary = await office.household({"idNumber": id_number(1), "name": "王小明", "sex": "男", "status": "正常"})
    assert outcomes(summary) == ["CREATED"]
    version, items, records = await office.only_view()
    assert version == 1
    assert items["name"] == "王小明"
    assert items["birthDate"] == "1990-01-01"
    assert items["lifeStatus"] == {"code": "ALIVE"}
    assert records["household"][0]["status"] == {"code": "NORMAL", "raw": "正常"}


async def test_the_same_delivery_again_changes_no_version(office: Office) -> None:
    lines = [{"idNumber": id_number(n), "name": "李雷"} for n in range(5)]
    await office.household(*lines, key="first")
    again = await office.household(*lines, key="second")
    assert outcomes(again) == ["UNCHANGED"] * 5
    assert [view[0] for view in (await office.views()).values()] == [1] * 5


async def test_a_later_day_opens_a_state_and_the_same_day_said_again_corrects(office: Office) -> None:
    person = id_number(1)
    await office.household({"idNumber": person, "name": "王一"}, stated_on=date(2024, 1, 1))
    later = await office.household({"idNumber": person, "name": "王二"}, stated_on=date(2024, 2, 1))
    wrong = await office.deliver(
        "civil_affairs",
        "marriageRegistrations",
        [
            {
                "recordedSubject.idNumber": person,
                "marriedOn": "2020-05-20",
                "issuingAuthority": "天河区民政局",
                "maritalStatus": "离婚",
            }
        ],
        stated_on=date(2024, 2, 1),
    )
    right = await office.deliver(
        "civil_affairs",
        "marriageRegistrations",
        [
            {
                "recordedSubject.idNumber": person,
                "marriedOn": "2020-05-20",
                "issuingAuthority": "天河区民政局",
                "maritalStatus": "20",
            }
        ],
        stated_on=date(2024, 3, 1),
    )
    assert (outcomes(later), outcomes(wrong), outcomes(right)) == (
        ["UPDATED"],
        ["CREATED"],
        ["CORRECTED"],
    )
    version, items, _ = await office.only_view()
    assert (version, items["name"], items["maritalStatus"]) == (4, "王二", {"code": "20"})


async def test_an_older_statement_that_arrives_late_is_kept_and_never_current(office: Office) -> None:
    person = id_number(1)
    marriage = {"recordedSubject.idNumber": person, "marriedOn": "2020-05-20", "issuingAuthority": "天河区民政局"}
    await office.deliver(
        "civil_affairs", "marriageRegistrations", [marriage | {"maritalStatus": "20"}], stated_on=date(2024, 3, 1)
    )
    late = await office.deliver(
        "civil_affairs", "marriageRegistrations", [marriage | {"maritalStatus": "10"}], stated_on=date(2024, 2, 1)
    )
    assert outcomes(late) == ["SUPERSEDED"]
    version, items, _ = await office.only_view()
    assert (version, items["maritalStatus"]) == (1, {"code": "20"})


async def test_one_bad_line_goes_to_quarantine_and_the_others_land(office: Office) -> None:
    good, wrong = id_number(1), id_number(2)
    wrong = wrong[:-1] + ("0" if wrong[-1] != "0" else "1")
    summary = await office.household(
        {"idNumber": good, "name": "好"},
        {"idNumber": wrong, "name": "坏"},
        {"idNumber": "", "name": "缺"},
        {"idNumber": id_number(3), "name": "码", "status": "迁移中"},
        {"idNumber": good, "name": "重"},
    )
    assert outcomes(summary) == ["CREATED", *["QUARANTINED"] * 4]
    codes = [result.reason.code.name for result in summary.results if result.reason]
    assert codes == ["WRONG_CHECK_DIGIT", "MISSING_KEY", "UNKNOWN_CODE", "DUPLICATE_KEY"]
    assert len(await office.views()) == 1


async def test_a_registration_number_first_and_a_credit_code_later_are_one_entity(office: Office) -> None:
    number, code = "440106000012345", credit_code(1)
    await office.business({"registrationNumber": number, "name": "旧名"}, stated_on=date(2024, 1, 1))
    await office.deliver(
        "civil_affairs",
        "socialGroupRegistration",
        [{"creditCode": code, "name": "他处所知"}],
        stated_on=date(2024, 1, 2),
    )
    assert len(await office.views()) == 2
    await office.business(
        {"registrationNumber": number, "creditCode": code, "name": "新名"}, stated_on=date(2024, 2, 1)
    )
    version, items, records = await office.only_view()
    assert items["name"] == "新名"
    assert set(records) == {"businessRegistration", "socialGroupRegistration"}
    assert version == 2


async def test_an_old_and_a_new_taxpayer_number_are_of_one_entity(office: Office) -> None:
    code = credit_code(1)
    await office.business({"creditCode": code, "name": "公司"})
    await office.deliver("local_tax", "localTaxRegistration", [{"taxpayerId": code}])
    await office.deliver("national_tax", "nationalTaxRegistration", [{"taxpayerId": f"440106{code[8:17]}"}])
    _, _, records = await office.only_view()
    assert set(records) == {"businessRegistration", "localTaxRegistration", "nationalTaxRegistration"}


async def test_an_ended_record_is_no_longer_in_force_and_a_withdrawn_one_shows_what_stood_before(
    office: Office,
) -> None:
    person = id_number(1)
    await office.household({"idNumber": person, "name": "甲"}, stated_on=date(2024, 1, 1))
    await office.household({"idNumber": person, "name": "乙"}, stated_on=date(2024, 2, 1))
    taken_back = await office.household(
        {"idNumber": person, "_operation": "WITHDRAW", "_valid_from": date(2024, 2, 1)}, stated_on=date(2024, 3, 1)
    )
    assert outcomes(taken_back) == ["WITHDRAWN"]
    assert (await office.only_view())[1]["name"] == "甲"
    ended = await office.household({"idNumber": person, "_operation": "END"}, stated_on=date(2024, 4, 1))
    assert outcomes(ended) == ["ENDED"]
    version, items, records = await office.only_view()
    assert (version, items, records) == (4, {}, {})


async def test_a_further_key_is_a_change_that_shows(office: Office) -> None:
    line = {
        "recordedSubject.name": "王",
        "socialSecurityNumber": "S1",
        "insuranceType": "养老",
        "enrolledOn": "2015-07",
    }
    insurance = "socialInsurances"
    await office.deliver("social_security", insurance, [line], stated_on=date(2024, 1, 1))
    assert (await office.only_view())[0] == 1
    keyed = line | {"recordedSubject.idNumber": id_number(1)}
    await office.deliver("social_security", insurance, [keyed], stated_on=date(2024, 2, 1))
    assert (await office.only_view())[0] == 2
    await office.deliver("social_security", insurance, [keyed], stated_on=date(2024, 3, 1))
    assert (await office.only_view())[0] == 2


async def test_a_divorce_and_a_marriage_on_one_day_are_two_records(office: Office) -> None:
    person = {"recordedSubject.idNumber": id_number(1), "issuingAuthority": "天河区民政局"}
    await office.marriage(person | {"divorcedOn": "2020-05-20"}, person | {"marriedOn": "2020-05-20"})
    assert len((await office.only_view())[2]["marriageRegistrations"]) == 2


async def test_a_submission_whose_results_are_kept_is_complete_together_with_its_last_line(office: Office) -> None:
    await office.household({"idNumber": id_number(1), "name": "王小明"})
    async with office.intake.database.connection() as connection:
        row = await connection.fetchrow(
            "select finished_at is not null as finished, submission.xmin = view.xmin as together from submission, view"
        )
    assert row is not None
    assert dict(row) == {"finished": True, "together": True}


async def test_a_submission_whose_lines_fill_their_chunks_is_complete_too(office: Office) -> None:
    summary = await office.household(*[{"name": "没有号码"}] * MOST_LINES)
    assert summary.counts == {"QUARANTINED": MOST_LINES}
    async with office.intake.database.connection() as connection:
        assert await connection.fetchval("select finished_at is not null from submission")
