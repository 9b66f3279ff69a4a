"""What registers contradict each other in is found, blocks nothing, and is settled by whoever is responsible."""

from datetime import date

from stdnum.cn import uscc

from hub.timeline import Outcome
from tests.discrepancies import Found, ever, standing
from tests.offices import Office, Values
from tests.people import credit_code, id_number

ONE, OTHER = id_number(1), id_number(2)


async def say(office: Office, register: str, record: str, line: Values, day: int = 1) -> None:
    """Deliver a line, and see that it is taken in."""
    summary = await office.deliver(register, record, [line], stated_on=date(2024, 1, day))
    assert [result.outcome for result in summary.results] not in ([], [Outcome.QUARANTINED], [Outcome.UNCHANGED])


async def household(office: Office, day: int = 1, **values: object) -> None:
    await say(office, "household_registration", "household", {"idNumber": ONE, **values}, day)


async def open_now(office: Office) -> list[Found]:
    return await standing(office.intake.database)


async def test_r2_what_another_register_says_is_for_the_decider_to_settle(office: Office) -> None:
    await household(office, name="王小明")
    await permit(office, "王晓明", 1)
    found = Found("comparison", "name", "PUBLIC_SECURITY", ("household", "residencePermits"))
    assert await open_now(office) == [found]
    await permit(office, "王小明", 2)
    assert await open_now(office) == []
    assert await ever(office.intake.database) == [(found, False)]


async def permit(office: Office, name: str, day: int) -> None:
    line = {"permitNumber": "GZ-1", "recordedSubject.idNumber": ONE, "recordedSubject.name": name}
    await say(office, "migrant_services", "residencePermits", line, day)


async def test_a_difference_that_stays_is_one_discrepancy(office: Office) -> None:
    await household(office, name="王小明")
    await permit(office, "王晓明", 1)
    await permit(office, "王晓名", 2)
    assert len(await ever(office.intake.database)) == 1


async def test_a_register_that_does_not_know_contradicts_nobody(office: Office) -> None:
    await household(office, sex="不详", recordedBirthDate="0000-00-00")
    permit = {"permitNumber": "GZ-1", "recordedSubject.idNumber": ONE, "recordedSubject.sex": "1"}
    await say(office, "migrant_services", "residencePermits", permit)
    assert await open_now(office) == []


async def test_who_is_registered_as_their_own_spouse_is_for_the_marriage_register_to_settle(office: Office) -> None:
    line = {
        "recordedSubject.idNumber": ONE,
        "recordedSubject.name": "王小明",
        "marriedOn": "2020-05-20",
        "issuingAuthority": "天河区民政局",
        "spouse.idNumber": ONE,
    }
    await say(office, "civil_affairs", "marriageRegistrations", line)
    found = Found("oneAsTwo", "marriageRegistrations.spouse", "CIVIL_AFFAIRS", ("marriageRegistrations",))
    assert await open_now(office) == [found]
    await say(office, "civil_affairs", "marriageRegistrations", line | {"spouse.idNumber": OTHER}, 2)
    assert await open_now(office) == []


DIED: Values = {"certificateNumber": "S1", "recordedSubject.idNumber": ONE, "diedOn": "2023-03-01"}
"""A death, as health registers it."""


async def test_r9_a_death_in_one_register_is_a_death_in_the_other(office: Office) -> None:
    await household(office, status="注销", cancelReason="死亡", cancelledOn="2023-03-10")
    missing = Found("deathWithoutCertificate", "household.cancelReason", "HEALTH", ("household",))
    assert await open_now(office) == [missing]
    await say(office, "health", "deathCertificate", DIED)
    assert await open_now(office) == []


async def test_r9_a_registration_in_force_of_a_dead_person_is_for_the_police_to_cancel(office: Office) -> None:
    await household(office, status="正常")
    await say(office, "health", "deathCertificate", DIED)
    records = ("household", "deathCertificate")
    assert await open_now(office) == [
        Found("comparison", "lifeStatus", "HEALTH", ("deathCertificate", "household")),
        Found("deathNotCancelled", "household.cancelReason", "PUBLIC_SECURITY", records),
    ]
    await household(office, 2, status="注销", cancelReason="死亡", cancelledOn="2023-03-10")
    assert await open_now(office) == []


async def test_r9_a_registration_is_cancelled_near_the_day_of_the_death(office: Office) -> None:
    await say(office, "health", "deathCertificate", DIED)
    cancelled = {"status": "注销", "cancelReason": "死亡"}
    await household(office, 1, **cancelled, cancelledOn="2022-03-01")
    records = ("household", "deathCertificate")
    assert await open_now(office) == [Found("deathDates", "household.cancelledOn", "PUBLIC_SECURITY", records)]
    await household(office, 2, **cancelled, cancelledOn="2023-03-31")
    assert await open_now(office) == []


async def test_r9_no_record_is_dated_after_the_death(office: Office) -> None:
    await say(office, "health", "deathCertificate", DIED)
    marriage = {
        "recordedSubject.idNumber": ONE,
        "issuingAuthority": "天河区民政局",
        "marriedOn": "2023-03-02",
    }
    await say(office, "civil_affairs", "marriageRegistrations", marriage)
    records = ("marriageRegistrations", "deathCertificate")
    late = Found("datedAfterDeath", "marriageRegistrations.marriedOn", "CIVIL_AFFAIRS", records)
    assert await open_now(office) == [late]
    await say(
        office, "health", "deathCertificate", {**DIED, "diedOn": "2023-03-20", "_valid_from": date(2023, 3, 1)}, 2
    )
    assert await open_now(office) == []


async def test_r9_the_sex_is_the_one_in_the_number(office: Office) -> None:
    await household(office, sex="女")
    assert await open_now(office) == [Found("sexOfNumber", "sex", "PUBLIC_SECURITY", ("household",))]
    await household(office, 2, sex="男")
    assert await open_now(office) == []


async def test_r9_the_birth_date_is_the_one_in_the_number(office: Office) -> None:
    await household(office, recordedBirthDate="1990-02")
    item = "household.recordedBirthDate"
    assert await open_now(office) == [Found("birthDateOfNumber", item, "PUBLIC_SECURITY", ("household",))]
    await household(office, 2, recordedBirthDate="1990-01")
    assert await open_now(office) == []


async def test_r9_a_disability_certificate_bears_its_holders_number(office: Office) -> None:
    register, record = "disabled_persons", "disabilityCertificates"
    line = {"recordedSubject.idNumber": ONE, "issuedOn": "2020-01-01"}
    wrong = {**line, "certificateNumber": f"{OTHER}43"}
    await say(office, register, record, wrong)
    item, department = "disabilityCertificates.certificateNumber", "DISABLED_PERSONS_FEDERATION"
    assert await open_now(office) == [Found("disabilityCertificateOfHolder", item, department, (record,))]
    await say(office, register, record, {**wrong, "_operation": "WITHDRAW", "_valid_from": date(2020, 1, 1)}, 2)
    await say(office, register, record, {**line, "certificateNumber": f"{ONE}43"}, 3)
    assert await open_now(office) == []


async def test_r9_a_credit_code_begins_as_its_kind_does(office: Office) -> None:
    register, record, code = "business_registration", "businessRegistration", credit_code(1, "92")
    await say(office, register, record, {"creditCode": code, "name": "甲公司"})
    assert await open_now(office) == [Found("kindOfCreditCode", "creditCode", "MARKET_REGULATION", (record,))]
    await say(office, register, record, {"creditCode": code, "_operation": "END"}, 2)
    await say(office, register, "individualBusinessRegistration", {"creditCode": code, "name": "甲店"}, 2)
    assert await open_now(office) == []


async def test_r9_a_credit_code_holds_an_organisation_code(office: Office) -> None:
    right = credit_code(1)
    body = right[:16] + ("0" if right[16] != "0" else "1")
    wrong = {"registrationNumber": "440106000012345", "creditCode": body + uscc.calc_check_digit(body)}
    register, record = "business_registration", "businessRegistration"
    await say(office, register, record, wrong)
    found = Found("organizationCodeInCreditCode", "creditCode", "MARKET_REGULATION", (record,))
    assert await open_now(office) == [found]
    await say(office, register, record, {"registrationNumber": "440106000012345"}, 2)
    assert await open_now(office) == []


async def test_the_same_content_again_changes_nothing(office: Office) -> None:
    await household(office, sex="女")
    before = await ever(office.intake.database)
    for day in (1, 2):
        await office.household({"idNumber": ONE, "sex": "女"}, stated_on=date(2024, 1, day), key=f"again {day}")
    assert await ever(office.intake.database) == before
