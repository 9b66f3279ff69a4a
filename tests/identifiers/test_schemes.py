import pytest

from hub.errors import InvalidIdentifier
from hub.identifiers.schemes import SCHEMES, Scheme, normalise


def test_every_scheme_has_its_rule() -> None:
    assert set(SCHEMES) == set(Scheme)


def test_numbers_of_people_live_in_the_vault_alone() -> None:
    assert {scheme for scheme, rule in SCHEMES.items() if not rule.identity} == {
        Scheme.CREDIT_CODE,
        Scheme.ORGANIZATION_CODE,
        Scheme.REGISTRATION_NUMBER,
        Scheme.PRIVATE_NON_ENTERPRISE_CERTIFICATE,
        Scheme.SOCIAL_GROUP_CERTIFICATE,
        Scheme.WELFARE_INSTITUTION_CERTIFICATE,
        Scheme.PUBLIC_INSTITUTION_CERTIFICATE,
    }


def test_a_number_that_any_issuer_may_give_finds_nobody() -> None:
    nobody = {scheme for scheme, rule in SCHEMES.items() if not rule.finds}
    assert nobody == {Scheme.CERTIFICATE_NUMBER, Scheme.UNKNOWN_DOCUMENT}


@pytest.mark.parametrize(
    ("scheme", "spelling", "number"),
    [
        (Scheme.ID_NUMBER, "11010519491231002x", "11010519491231002X"),
        (Scheme.CREDIT_CODE, "9144030071526726xg", "9144030071526726XG"),
        (Scheme.ORGANIZATION_CODE, "71526726-x", "71526726X"),
        (Scheme.REGISTRATION_NUMBER, "４４０３０１１０３０９７４１３", "440301103097413"),
        (Scheme.SOCIAL_SECURITY_NUMBER, " ６０ 12345 ", "6012345"),
        (Scheme.SOCIAL_GROUP_CERTIFICATE, "粤社证字第 0123 号", "粤社证字第0123号"),
        (Scheme.PASSPORT, "e-1234 5678", "E12345678"),
        (Scheme.PASSPORT, "usa / e-1234 5678", "USA/E12345678"),
        (Scheme.HONG_KONG_MACAO_PERMIT, "H12345678", "H12345678"),
        (Scheme.HONG_KONG_MACAO_PERMIT, "h1234567802", "H12345678"),
        (Scheme.TAIWAN_PERMIT, "0123456701", "01234567"),
        (Scheme.PERMANENT_RESIDENCE_CARD, "usa110085010112", "USA110085010112"),
        (Scheme.DISABILITY_CERTIFICATE, "11010519491231002x43b1", "11010519491231002X43B1"),
        (Scheme.TAXPAYER_ID, "4401 0671526726X", "44010671526726X"),
    ],
)
def test_each_scheme_spells_its_numbers_in_one_way(scheme: Scheme, spelling: str, number: str) -> None:
    assert normalise(scheme, spelling) == number


@pytest.mark.parametrize("scheme", list(Scheme))
def test_nothing_is_not_a_number_of_any_scheme(scheme: Scheme) -> None:
    with pytest.raises(InvalidIdentifier):
        normalise(scheme, " \u3000 ")


def test_a_number_longer_than_any_certificate_bears_is_refused() -> None:
    with pytest.raises(InvalidIdentifier, match="1 to 60"):
        normalise(Scheme.CERTIFICATE_NUMBER, "1" * 61)


@pytest.mark.parametrize("scheme", [scheme for scheme, rule in SCHEMES.items() if rule.finds])
@pytest.mark.parametrize("nothing", ["无", "-", "／", "NULL", "暂无号码", "000000", "0" * 15, "00\x0000"])
def test_what_stands_where_there_is_no_number_leads_to_nobody(scheme: Scheme, nothing: str) -> None:
    with pytest.raises(InvalidIdentifier):
        normalise(scheme, nothing)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_number_holds_no_sign_that_cannot_be_seen(scheme: Scheme) -> None:
    with pytest.raises(InvalidIdentifier):
        normalise(scheme, "1\x002345678")
