"""The questions that the answer key of a sample answers, as GraphQL.

``PERSON_FIELDS`` and ``ENTITY_FIELDS`` are fragments; an answer in ``expected.jsonl`` is what a fragment selects.
"""

import json
import re
from collections.abc import Mapping

PERSON_FIELDS = """
fragment PersonFields on NaturalPerson {
  idNumber
  name
  sex { code name system systemVersion }
  ethnicity { code name }
  birthDate
  lifeStatus { code }
  maritalStatus { code name }
  employmentStatus { code }
  socialSecurityNumber
  provenance {
    name {
      source { register recordType validFrom }
      standing
      absence
      alternatives { agrees source { register recordType } }
    }
    sex {
      source { register recordType validFrom }
      standing
      absence
      alternatives { agrees source { register recordType } }
    }
    maritalStatus {
      source { register recordType validFrom }
      standing
      absence
      alternatives { agrees source { register recordType } }
    }
  }
  household {
    townOrSubdistrict { code name }
    policeStation { code name }
    status { code name }
    priorDivision { code name }
    priorPoliceStation { code name }
    cancelledOn
    cancelReason { code name }
    source { register recordType validFrom }
  }
  marriageRegistrations {
    recordedSubject { name idType { code name } }
    marriedOn
    divorcedOn
    issuingAuthority { name creditCode }
    issuingAuthorityDivision { code name }
    source { register recordType validFrom }
  }
  adoptionRegistrations {
    recordedSubject { name }
    adoptionCertNumber
    issuingAuthority { name }
    issuingAuthorityDivision { code name }
    source { register recordType validFrom }
  }
  minimumLivingAllowances {
    recordedSubject { name }
    certNumber
    issuingAuthority { name }
    issuingAuthorityDivision { code name }
    source { register recordType validFrom }
  }
  socialInsurances {
    recordedSubject { name }
    enrolmentStatus { code name }
    socialSecurityNumber
    insuranceType { code name }
    enrolledOn
    stoppedOn
    employerName
    employerSocialSecurityNumber
    employer { creditCode name legalEntity { name } }
    registrationAuthority { name }
    registrationAuthorityDivision { code name }
    registeredOn
    source { register recordType validFrom }
  }
  professionalTitles {
    recordedSubject { name }
    qualification { code name }
    obtainedOn
    source { register recordType validFrom }
  }
  professionalAppointments {
    recordedSubject { name }
    positionName { code name }
    appointingUnit { name creditCode code }
    appointingUnitDivision { code name }
    appointedOn
    source { register recordType validFrom }
  }
  positions { role legalEntity { creditCode name } }
}
"""

ENTITY_FIELDS = """
fragment EntityFields on LegalEntity {
  creditCode
  name
  kind { code }
  provenance {
    name {
      source { register recordType validFrom }
      standing
      absence
      alternatives { agrees source { register recordType } }
    }
  }
  businessRegistration {
    registrationNumber
    name
    legalRepresentative { name idNumber person { name } }
    division { code name }
    registeredAddress
    enterpriseType { code name }
    industry { code name }
    establishedOn
    registrationAuthority { name }
    source { register recordType validFrom }
  }
  individualBusinessRegistration {
    registrationNumber
    name
    operator { name idNumber person { name } }
    division { code name }
    premises
    businessScope
    industry { code name }
    establishedOn
    registrationAuthority { name }
    source { register recordType validFrom }
  }
  privateNonEnterpriseRegistration {
    name
    address
    phone
    unitType { code name }
    division { code name }
    legalRepresentative { name idNumber person { name } }
    supervisingUnit { name }
    businessScope
    registeredOn
    registrationAuthority { name }
    source { register recordType validFrom }
  }
  socialGroupRegistration {
    certificateNumber
    name
    address
    phone
    division { code name }
    legalRepresentative { name idNumber person { name } }
    supervisingUnit { name }
    groupType { code name }
    registeredOn
    registrationAuthority { name }
    source { register recordType validFrom }
  }
  welfareInstitutionRegistration {
    certificateNumber
    name
    address
    phone
    division { code name }
    legalRepresentative { name idNumber person { name } }
    institutionType { code name }
    registeredOn
    registrationAuthority { name }
    source { register recordType validFrom }
  }
}
"""

PERSON_QUERY = "query Person($key: IdNumber!) { naturalPerson(idNumber: $key) { ...PersonFields } }" + PERSON_FIELDS

ENTITY_QUERY = "query Entity($key: CreditCode!) { legalEntity(creditCode: $key) { ...EntityFields } }" + ENTITY_FIELDS


Selection = Mapping[str, "Selection"]
"""The fields that a question asks for, each with what it asks for below."""


def selection(fragment: str) -> Selection:
    """The fields that ``fragment`` selects."""
    fields: dict[str, Selection] = {}
    above: list[dict[str, Selection]] = []
    name = ""
    for word in re.findall(r"\w+|[{}]", fragment.partition("{")[2]):
        if word == "{":
            above.append(fields)
            below: dict[str, Selection] = {}
            fields[name] = fields = below
        elif word == "}" and above:
            fields = above.pop()
        elif word != "}":
            name = word
            fields[name] = {}
    return fields


def pick(fields: Selection, value: object) -> object:
    """What a question for ``fields`` shows of ``value``; a field that ``value`` does not have is a fault of the key."""
    if not fields or value is None:
        return value
    if isinstance(value, list):
        return [pick(fields, member) for member in value]
    if not isinstance(value, dict):
        raise TypeError("the question asks for more than the key knows")
    return {name: pick(below, value[name]) if below else value[name] for name, below in fields.items()}


def canonical(answer: object) -> object:
    """``answer`` with every list in the order of its members' JSON: lists come in no promised order."""
    if isinstance(answer, Mapping):
        return {name: canonical(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return sorted((canonical(value) for value in answer), key=lambda value: json.dumps(value, sort_keys=True))
    return answer
