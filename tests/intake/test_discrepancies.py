"""What registers contradict each other in is found, blocks nothing, and is settled by whoever is responsible."""

from collections.abc import Mapping
from datetime import date

import pytest

from hub.timeline import Outcome
from tests.discrepancies import Found, ever, standing
from tests.offices import Office
from tests.people import credit_code, id_number

ONE, OTHER = id_number(1), id_number(2)


async def say(office: Office, register: str, record: str, day: int = 1, **values: object) -> None:
    """Deliver a line with items named ``a__b`` for ``a.b``, and see that it is taken in."""
    line = {name.replace("__", "."): value for name, value in values.items()}
    summary = await office.deliver(register, record, [line], stated_on=date(2024, 1, day))
    assert [result.outcome for result in summary.results] in ([Outcome.CREATED], [Outcome.CORRECTED], [Outcome.UPDATED])


async def household(office: Office, day: int = 1, **values: object) -> None:
    await say(office, "household_registration", "household", day, **{"idNumber": ONE, **values})


async def open_now(office: Office) -> list[Found]:
    return await standing(office.intake.database)


async def test_r2_what_another_register_says_is_for_the_decider_to_settle(office: Office) -> None:
    await household(office, name="王小明")
    permit = {"permitNumber": "GZ-1", "recordedSubject__idNumber": ONE}
    await say(office, "migrant_services", "residencePermits", 1, **permit, recordedSubject__name="王晓明")
    found = Found("comparison", "name", "PUBLIC_SECURITY", ("household", "residencePermits"))
    assert await open_now(office) == [found]
    await say(office, "migrant_services", "residencePermits", 2, **permit, recordedSubject__name="王小明")
    assert await open_now(office) == []
    assert await ever(office.intake.database) == [(found, False)]


async def test_a_discrepancy_that_a_further_line_repeats_is_not_opened_again(office: Office) -> None:
    await household(office, name="王小明")
    for day in (1, 2):
        await say(
            office,
            "migrant_services",
            "residencePermits",
            day,
            permitNumber="GZ-1",
            recordedSubject__idNumber=ONE,
            recordedSubject__name=f"王晓明{day}",
        )
    assert len(await ever(office.intake.database)) == 1


DIED: Mapping[str, object] = {"certificateNumber": "S1", "recordedSubject__idNumber": ONE, "diedOn": "2023-03-01"}
"""A death, as health registers it."""


async def test_r9_a_death_in_one_register_is_a_death_in_the_other(office: Office) -> None:
    await household(office, status="注销", cancelReason="死亡", cancelledOn="2023-03-10")
    missing = Found("deathWithoutCertificate", "household.cancelReason", "HEALTH", ("household",))
    assert await open_now(office) == [missing]
    await say(office, "health", "deathCertificate", **DIED)
    assert await open_now(office) == []


async def test_r9_a_registration_in_force_of_a_dead_person_is_for_the_police_to_cancel(office: Office) -> None:
    await household(office, status="正常")
    await say(office, "health", "deathCertificate", **DIED)
    records = ("household", "deathCertificate")
    assert await open_now(office) == [
        Found("comparison", "lifeStatus", "HEALTH", ("deathCertificate", "household")),
        Found("deathNotCancelled", "household.cancelReason", "PUBLIC_SECURITY", records),
    ]
    await household(office, 2, status="注销", cancelReason="死亡", cancelledOn="2023-03-10")
    assert await open_now(office) == []


async def test_r9_a_registration_is_cancelled_near_the_day_of_the_death(office: Office) -> None:
    await say(office, "health", "deathCertificate", **DIED)
    cancelled = {"status": "注销", "cancelReason": "死亡"}
    await household(office, **cancelled, cancelledOn="2022-03-01")
    records = ("household", "deathCertificate")
    assert await open_now(office) == [Found("deathDates", "household.cancelledOn", "PUBLIC_SECURITY", records)]
    await household(office, 2, **cancelled, cancelledOn="2023-03-31")
    assert await open_now(office) == []


async def test_r9_no_record_is_dated_after_the_death(office: Office) -> None:
    await say(office, "health", "deathCertificate", **DIED)
    marriage = {"recordedSubject__idNumber": ONE, "issuingAuthority": "天河区民政局"}
    await say(office, "civil_affairs", "marriageRegistrations", **marriage, marriedOn="2023-03-02")
    records = ("marriageRegistrations", "deathCertificate")
    late = Found("datedAfterDeath", "marriageRegistrations.marriedOn", "CIVIL_AFFAIRS", records)
    assert await open_now(office) == [late]
    await say(office, "health", "deathCertificate", 2, **{**DIED, "diedOn": "2023-03"})
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
    line = {"recordedSubject__idNumber": ONE, "issuedOn": "2020-01-01"}
    await say(office, "disabled_persons", "disabilityCertificates", **line, certificateNumber=f"{OTHER}43")
    item, department = "disabilityCertificates.certificateNumber", "DISABLED_PERSONS_FEDERATION"
    refuted = Found("disabilityCertificateOfHolder", item, department, ("disabilityCertificates",))
    assert await open_now(office) == [refuted]
    withdrawn = line | {"certificateNumber": f"{OTHER}43", "_operation": "WITHDRAW", "_valid_from": date(2020, 1, 1)}
    await office.deliver(
        "disabled_persons",
        "disabilityCertificates",
        [{name.replace("__", "."): value for name, value in withdrawn.items()}],
        stated_on=date(2024, 1, 2),
    )
    await say(office, "disabled_persons", "disabilityCertificates", 3, **line, certificateNumber=f"{ONE}43")
    assert await open_now(office) == []


async def test_r9_a_credit_code_begins_as_its_kind_does(office: Office) -> None:
    code = credit_code(1, "92")
    await say(office, "business_registration", "businessRegistration", creditCode=code, name="甲公司")
    records = ("businessRegistration",)
    assert await open_now(office) == [Found("kindOfCreditCode", "creditCode", "MARKET_REGULATION", records)]
    ended = {"creditCode": code, "_operation": "END"}
    await office.deliver("business_registration", "businessRegistration", [ended], stated_on=date(2024, 1, 2))
    await say(office, "business_registration", "individualBusinessRegistration", 2, creditCode=code, name="甲店")
    assert await open_now(office) == []


async def test_r9_a_credit_code_holds_an_organisation_code(office: Office) -> None:
    code = "91440106MA5000010J"
    wrong = code_with_wrong_organization_code()
    await say(office, "business_registration", "businessRegistration", creditCode=wrong, name="甲公司")
    records = ("businessRegistration",)
    assert await open_now(office) == [Found("organizationCodeInCreditCode", "creditCode", "MARKET_REGULATION", records)]
    assert code != wrong


def code_with_wrong_organization_code() -> str:
    """A credit code whose own check character is right and that of the organisation code in it is not."""
    from stdnum.cn import uscc

    right = credit_code(1)
    body = right[:16] + ("0" if right[16] != "0" else "1")
    return body + uscc.calc_check_digit(body)


@pytest.mark.parametrize("again", [1, 2])
async def test_the_same_file_again_changes_nothing(office: Office, again: int) -> None:
    await household(office, sex="女")
    before = await ever(office.intake.database)
    await office.household({"idNumber": ONE, "sex": "女"}, stated_on=date(2024, 1, again), key="again")
    assert await ever(office.intake.database) == before
