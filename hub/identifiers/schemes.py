"""The schemes that identifiers belong to: how each is spelt, whether it names a person, whether it finds an entity.

One table: a scheme's normaliser and its secrecy are decided here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from hub.identifiers import citizen_id, documents, organization


class Scheme(StrEnum):
    """What kind of number an identifier is, the strongest first."""

    ID_NUMBER = "ID_NUMBER"
    CREDIT_CODE = "CREDIT_CODE"
    PASSPORT = "PASSPORT"
    HONG_KONG_MACAO_PERMIT = "HONG_KONG_MACAO_PERMIT"
    TAIWAN_PERMIT = "TAIWAN_PERMIT"
    PERMANENT_RESIDENCE_CARD = "PERMANENT_RESIDENCE_CARD"
    MILITARY_CARD = "MILITARY_CARD"
    OTHER_DOCUMENT = "OTHER_DOCUMENT"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
    BIRTH_CERTIFICATE = "BIRTH_CERTIFICATE"
    DEATH_CERTIFICATE = "DEATH_CERTIFICATE"
    SOCIAL_SECURITY_NUMBER = "SOCIAL_SECURITY_NUMBER"
    STUDENT_NUMBER = "STUDENT_NUMBER"
    DISABILITY_CERTIFICATE = "DISABILITY_CERTIFICATE"
    CERTIFICATE_NUMBER = "CERTIFICATE_NUMBER"
    UNKNOWN_DOCUMENT = "UNKNOWN_DOCUMENT"
    ORGANIZATION_CODE = "ORGANIZATION_CODE"
    REGISTRATION_NUMBER = "REGISTRATION_NUMBER"
    TAXPAYER_ID = "TAXPAYER_ID"
    PRIVATE_NON_ENTERPRISE_CERTIFICATE = "PRIVATE_NON_ENTERPRISE_CERTIFICATE"
    SOCIAL_GROUP_CERTIFICATE = "SOCIAL_GROUP_CERTIFICATE"
    WELFARE_INSTITUTION_CERTIFICATE = "WELFARE_INSTITUTION_CERTIFICATE"
    PUBLIC_INSTITUTION_CERTIFICATE = "PUBLIC_INSTITUTION_CERTIFICATE"


class Identifier(Struct, frozen=True, cache_hash=True):
    """A normalised key of some entity."""

    scheme: Scheme
    value: str


@dataclass(frozen=True, slots=True)
class SchemeRule:
    """How a scheme is treated.

    ``identity`` values are numbers of persons, or may embed one, and live in the vault alone; ``names_person`` says
    which kind of entity they name. A scheme that does not ``find`` leads to nobody: many issuers number alike, or
    nobody says what kind of document it is.
    """

    title: str
    title_zh: str
    normalise: Callable[[str], str]
    identity: bool
    names_person: bool
    finds: bool = True


def _person(
    title: str, title_zh: str, normalise: Callable[[str], str] = documents.plain_number, *, finds: bool = True
) -> SchemeRule:
    return SchemeRule(title, title_zh, normalise, identity=True, names_person=True, finds=finds)


def _organization(
    title: str, title_zh: str, normalise: Callable[[str], str] = documents.plain_number, *, identity: bool = False
) -> SchemeRule:
    return SchemeRule(title, title_zh, normalise, identity=identity, names_person=False)


SCHEMES: dict[Scheme, SchemeRule] = {
    Scheme.ID_NUMBER: _person("Citizen ID number (GB 11643)", "公民身份号码", citizen_id.normalise),
    Scheme.CREDIT_CODE: _organization(
        "Unified social credit code (GB 32100)", "统一社会信用代码", organization.credit_code
    ),
    Scheme.PASSPORT: _person(
        "Passport: its number, after the issuing country and a slash where that is known, as USA/E1234567",
        "护照号码",
        documents.passport,
    ),
    Scheme.HONG_KONG_MACAO_PERMIT: _person(
        "Mainland travel permit of residents of Hong Kong and Macao",
        "港澳居民来往内地通行证号码",
        documents.hong_kong_macao_permit,
    ),
    Scheme.TAIWAN_PERMIT: _person(
        "Mainland travel permit of residents of Taiwan", "台湾居民来往大陆通行证号码", documents.taiwan_permit
    ),
    Scheme.PERMANENT_RESIDENCE_CARD: _person(
        "Permanent residence card of a foreigner", "外国人永久居留身份证号码", documents.permanent_residence_card
    ),
    Scheme.MILITARY_CARD: _person("Card of a military officer", "军官证号码"),
    Scheme.OTHER_DOCUMENT: _person("Other legal identity document", "其他法定有效证件号码"),
    Scheme.RESIDENCE_PERMIT: _person("Residence permit", "居住证号码"),
    Scheme.BIRTH_CERTIFICATE: _person("Medical certificate of birth", "出生医学证号"),
    Scheme.DEATH_CERTIFICATE: _person("Medical certificate of death", "死亡证编号"),
    Scheme.SOCIAL_SECURITY_NUMBER: _person("Personal social security number", "个人社保号"),
    Scheme.STUDENT_NUMBER: _person("Student number", "学籍号"),
    Scheme.DISABILITY_CERTIFICATE: _person("Disability certificate", "残疾人证号码", documents.disability_certificate),
    Scheme.CERTIFICATE_NUMBER: _person(
        "Number of a certificate of any issuer", "证书号码", documents.any_number, finds=False
    ),
    Scheme.UNKNOWN_DOCUMENT: _person(
        "Identity document of a kind that nobody says", "未说明类型的身份证件号码", documents.any_number, finds=False
    ),
    Scheme.ORGANIZATION_CODE: _organization(
        "Organisation code (GB 11714)", "组织机构代码", organization.organization_code
    ),
    Scheme.REGISTRATION_NUMBER: _organization(
        "Business registration number", "工商注册号", organization.registration_number
    ),
    Scheme.TAXPAYER_ID: _organization(
        "Taxpayer identification number, which of individual businesses may embed an ID number",
        "纳税人识别号",
        organization.taxpayer_id,
        identity=True,
    ),
    Scheme.PRIVATE_NON_ENTERPRISE_CERTIFICATE: _organization(
        "Registration certificate of a private non-enterprise unit", "民办非企业单位登记证号"
    ),
    Scheme.SOCIAL_GROUP_CERTIFICATE: _organization("Registration certificate of a social group", "社会团体登记证号"),
    Scheme.WELFARE_INSTITUTION_CERTIFICATE: _organization(
        "Registration certificate of a welfare institution", "社会福利机构登记证号"
    ),
    Scheme.PUBLIC_INSTITUTION_CERTIFICATE: _organization(
        "Legal person certificate of a public institution", "事业单位法人证书号"
    ),
}


SOLE = frozenset({Scheme.ID_NUMBER, Scheme.CREDIT_CODE, Scheme.ORGANIZATION_CODE})
"""The schemes of which an entity bears one number at a time."""


def normalise(scheme: Scheme, text: str) -> str:
    """The one spelling of ``text`` under ``scheme``; raises ``InvalidIdentifier`` without repeating the value."""
    return SCHEMES[scheme].normalise(text)
