"""The questions that are timed, and the requests that ask them.

The items are the same for everybody who asks; the keys are drawn from the city.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Question:
    """One question; ``name`` is also where the hand-written service answers it."""

    name: str
    title: str
    document: str
    keys: int

    def bodies(self, keys: Sequence[str]) -> list[str]:
        """Requests that name every key once, each as many as the question takes."""
        if self.keys == 1:
            return [self._body({"idNumber": key}) for key in keys]
        return [self._body({"idNumbers": keys[at : at + self.keys]}) for at in range(0, len(keys), self.keys)]

    def _body(self, variables: dict[str, object]) -> str:
        return msgspec.json.encode({"query": self.document, "variables": variables}).decode()


QUESTIONS = (
    Question(
        "short",
        "Q1: one person by ID number, 12 items",
        f"query Short($idNumber: IdNumber!) {{ naturalPerson(idNumber: $idNumber) {{ {_TWELVE} }} }}",
        keys=1,
    ),
    Question(
        "long",
        "Q2: one person, 25 items with provenance and child lists",
        f"query Long($idNumber: IdNumber!) {{ naturalPerson(idNumber: $idNumber) {{ {_TWENTY_FIVE} }} }}",
        keys=1,
    ),
    Question(
        "many",
        f"Q3: {KEYS_OF_A_LIST} persons by ID number, 12 items each",
        "query Many($idNumbers: [IdNumber!]!) "
        f"{{ naturalPersons(idNumbers: $idNumbers) {{ outcome naturalPerson {{ {_TWELVE} }} }} }}",
        keys=KEYS_OF_A_LIST,
    ),
)
