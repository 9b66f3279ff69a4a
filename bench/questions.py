"""The questions that are timed, and the requests that ask them.

The items are the same for everybody who asks; the keys are drawn from the city.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

KEYS_OF_A_LIST = 50
_TWELVE = """idNumber name sex { code name } ethnicity { code name } birthDate lifeStatus { code name }
    maritalStatus { code name } employmentStatus { code name } socialSecurityNumber
    household { townOrSubdistrict { code name } policeStation { code name } status { code name } }"""
_REASON = "{ standing basis absence source { register validFrom } alternatives { agrees source { register } } }"
_TWENTY_FIVE = f"""idNumber name sex {{ code name }} ethnicity {{ code name }} birthDate lifeStatus {{ code name }}
    maritalStatus {{ code name }} employmentStatus {{ code name }} socialSecurityNumber
    provenance {{
      name {_REASON} sex {_REASON} ethnicity {_REASON} birthDate {_REASON} lifeStatus {_REASON}
      maritalStatus {_REASON} employmentStatus {_REASON}
    }}
    household {{
      townOrSubdistrict {{ code name }} policeStation {{ code name }} status {{ code name }} cancelledOn
      source {{ register validFrom }}
    }}
    marriageRegistrations {{
      marriedOn divorcedOn issuingAuthority {{ name }} issuingAuthorityDivision {{ code name }}
      source {{ register validFrom }}
    }}
    socialInsurances {{
      insuranceType {{ code name }} enrolmentStatus {{ code name }} enrolledOn stoppedOn employerName registeredOn
      source {{ register validFrom }}
    }}
    professionalTitles {{ qualification {{ code name }} obtainedOn source {{ register validFrom }} }}"""

PAST = (
    "query Past($idNumber: IdNumber!, $asOf: AsOf) "
    f"{{ naturalPerson(idNumber: $idNumber, asOf: $asOf) {{ {_TWENTY_FIVE} }} }}"
)
PAST_DAYS = 180
_CODE = "{ code name }"
_PEER_ITEMS = f"""idNumber name sex: codedBySexId {_CODE} ethnicity: codedByEthnicityId {_CODE} birthDate
    lifeStatus: codedByLifeStatusId {_CODE} maritalStatus: codedByMaritalStatusId {_CODE}
    employmentStatus: codedByEmploymentStatusId {_CODE} socialSecurityNumber"""
_PEER_HOUSEHOLD = f"""townOrSubdistrict: codedByTownId {_CODE} policeStation: codedByPoliceStationId {_CODE}
    status: codedByStatusId {_CODE}"""
_PEER_SOURCE = "source: sourceBySourceId { register validFrom }"
_PEER_TWELVE = f"{_PEER_ITEMS} household: householdByPersonId {{ {_PEER_HOUSEHOLD} }}"
_PEER_TWENTY_FIVE = f"""{_PEER_ITEMS}
    provenance: provenancesByPersonIdList {{
      item standing basis absence {_PEER_SOURCE}
      alternatives: alternativesByPersonIdAndItemList {{ agrees source: sourceBySourceId {{ register }} }}
    }}
    household: householdByPersonId {{ {_PEER_HOUSEHOLD} cancelledOn {_PEER_SOURCE} }}
    marriageRegistrations: marriageRegistrationsByPersonIdList {{
      marriedOn divorcedOn issuingAuthority: organizationByAuthorityId {{ name }}
      issuingAuthorityDivision: codedByDivisionId {_CODE} {_PEER_SOURCE}
    }}
    socialInsurances: socialInsurancesByPersonIdList {{
      insuranceType: codedByInsuranceTypeId {_CODE} enrolmentStatus: codedByEnrolmentStatusId {_CODE}
      enrolledOn stoppedOn employerName registeredOn {_PEER_SOURCE}
    }}
    professionalTitles: professionalTitlesByPersonIdList {{
      qualification: codedByQualificationId {_CODE} obtainedOn {_PEER_SOURCE}
    }}"""


@dataclass(frozen=True)
class Question:
    """One question; ``name`` is also where the hand-written service answers it, ``peer`` the peer's document for it."""

    name: str
    title: str
    document: str
    peer: str
    keys: int

    def bodies(self, keys: Sequence[str]) -> list[str]:
        """Requests that name every key once, each as many as the question takes."""
        return self._bodies(self.document, keys)

    def peer_bodies(self, keys: Sequence[str]) -> list[str]:
        """The same requests as the peer takes them."""
        return self._bodies(self.peer, keys)

    def _bodies(self, document: str, keys: Sequence[str]) -> list[str]:
        if self.keys == 1:
            return [_body(document, {"idNumber": key}) for key in keys]
        return [_body(document, {"idNumbers": keys[at : at + self.keys]}) for at in range(0, len(keys), self.keys)]


def past_bodies(keys: Sequence[str], known_at: datetime, draw: Random) -> list[str]:
    """Requests for the second question about each key as of a drawn day, as known at an instant."""
    days = [(known_at.date() - timedelta(days=draw.randrange(PAST_DAYS))).isoformat() for _ in keys]
    moments = ({"validOn": day, "knownAt": known_at.isoformat()} for day in days)
    return [_body(PAST, {"idNumber": key, "asOf": moment}) for key, moment in zip(keys, moments, strict=True)]


def _body(document: str, variables: dict[str, object]) -> str:
    return msgspec.json.encode({"query": document, "variables": variables}).decode()


def as_hub_tells(data: Any) -> Any:  # noqa: ANN401
    """The peer's data in the hub's shape: reasons by their items, and an outcome for each key of a list."""
    if isinstance(data.get("naturalPersons"), list):
        found = [{"outcome": "FOUND", "naturalPerson": person} for person in data["naturalPersons"]]
        return {"naturalPersons": found}
    person = data["naturalPerson"]
    if person and "provenance" in person:
        person["provenance"] = {reason.pop("item"): reason for reason in person["provenance"]}
    return data


QUESTIONS = (
    Question(
        "short",
        "Q1: one person by ID number, 12 items",
        f"query Short($idNumber: IdNumber!) {{ naturalPerson(idNumber: $idNumber) {{ {_TWELVE} }} }}",
        "query Short($idNumber: String!) "
        f"{{ naturalPerson: personByIdNumber(idNumber: $idNumber) {{ {_PEER_TWELVE} }} }}",
        keys=1,
    ),
    Question(
        "long",
        "Q2: one person, 25 items with provenance and child lists",
        f"query Long($idNumber: IdNumber!) {{ naturalPerson(idNumber: $idNumber) {{ {_TWENTY_FIVE} }} }}",
        "query Long($idNumber: String!) "
        f"{{ naturalPerson: personByIdNumber(idNumber: $idNumber) {{ {_PEER_TWENTY_FIVE} }} }}",
        keys=1,
    ),
    Question(
        "many",
        f"Q3: {KEYS_OF_A_LIST} persons by ID number, 12 items each",
        "query Many($idNumbers: [IdNumber!]!) "
        f"{{ naturalPersons(idNumbers: $idNumbers) {{ outcome naturalPerson {{ {_TWELVE} }} }} }}",
        "query Many($idNumbers: [String!]!) "
        f"{{ naturalPersons: peopleByNumbersList(numbers: $idNumbers) {{ {_PEER_TWELVE} }} }}",
        keys=KEYS_OF_A_LIST,
    ),
)
