"""The registers of the sample city: what each would know of a life or an organisation, as lines of its records.

Each module gives the ``stories`` of the record types it renders and says how a record may ``change`` later.
"""

from collections.abc import Callable, Iterator, Mapping

from adapters.sample.registers import (
    certificates,
    civil_affairs,
    codes_and_taxes,
    education,
    health,
    household,
    migrants,
    registrations,
    social_security,
)
from adapters.sample.story import Change, Story, World

CHANGES: Mapping[str, Change] = {
    "household": household.change,
    "residencePermits": migrants.change,
    "marriageRegistrations": civil_affairs.change,
    "adoptionRegistrations": civil_affairs.change,
    "minimumLivingAllowances": civil_affairs.change,
    "birthCertificate": health.change,
    "deathCertificate": health.change,
    "familyPlanningCertificates": health.change,
    "schoolEnrolments": education.change,
    "academicQualifications": education.change,
    "degrees": education.change,
    "employment": social_security.change,
    "socialInsurances": social_security.change,
    "professionalTitles": social_security.change,
    "professionalAppointments": social_security.change,
    "disabilityCertificates": certificates.change,
    "housingFundAccounts": certificates.change,
    "qualificationCertificates": certificates.change,
    "practiceCertificates": certificates.change,
    "businessRegistration": registrations.change,
    "individualBusinessRegistration": registrations.change,
    "privateNonEnterpriseRegistration": registrations.change,
    "socialGroupRegistration": registrations.change,
    "welfareInstitutionRegistration": registrations.change,
    "publicInstitutionRegistration": registrations.change,
    "organizationCodeRegistration": codes_and_taxes.change,
    "localTaxRegistration": codes_and_taxes.change,
    "nationalTaxRegistration": codes_and_taxes.change,
}
"""The record types, in the order in which each round delivers them, and how their records change."""

_RENDERERS: tuple[Callable[[World], Iterator[Story]], ...] = (
    household.stories,
    migrants.stories,
    registrations.stories,
    civil_affairs.stories,
    health.stories,
    education.stories,
    social_security.stories,
    certificates.stories,
    codes_and_taxes.stories,
)


def stories(world: World) -> Iterator[Story]:
    """Everything that the registers of ``world`` have to tell before fate meets it."""
    for renderer in _RENDERERS:
        yield from renderer(world)
