import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import InvalidIdentifier
from hub.identifiers.organization import (
    WrongCharacter,
    credit_code,
    is_organization_code,
    organization_check,
    organization_code,
    registration_number,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
COMPANIES = ("914403001922038216", "9144030071526726XG", "91330100799655058B", "91110000802100433B")


def coded(body: str) -> str:
    """A code with its check character, by the powers of three of GB 32100 and by nothing that the hub uses."""
    total = sum(pow(3, place, 31) * ALPHABET.index(character) for place, character in enumerate(body))
    return body + ALPHABET[-total % 31]


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["11", "12", "51", "52", "53", "91", "92", "93", "Y1"]))
    organization = draw(st.text(ALPHABET, min_size=8, max_size=8))
    division = draw(st.integers(110000, 829999))
    return coded(f"{kind}{division}{organization}{organization_check(organization)}")


@pytest.mark.parametrize("code", COMPANIES)
def test_a_valid_credit_code_is_its_own_spelling(code: str) -> None:
    assert credit_code(code) == code


@pytest.mark.parametrize("code", COMPANIES)
def test_a_credit_code_holds_a_valid_organisation_code(code: str) -> None:
    assert organization_code(code[8:17]) == code[8:17]


@pytest.mark.parametrize(
    "spelling",
    ["9144030071526726xg", " 91440300 71526726XG ", "９１４４０３００７１５２６７２６ｘｇ", "914403007152672-6XG"],
)
def test_every_spelling_leads_to_one_credit_code(spelling: str) -> None:
    assert credit_code(spelling) == "9144030071526726XG"


@given(credit_codes(), st.data())
def test_one_wrong_character_is_always_found(code: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 17))
    alphabet = "0123456789" if 2 <= place < 8 else ALPHABET
    other = data.draw(st.sampled_from(alphabet.replace(code[place], "")))
    with pytest.raises(WrongCharacter):
        credit_code(code[:place] + other + code[place + 1 :])


@given(credit_codes())
def test_a_code_made_by_the_standard_is_accepted(code: str) -> None:
    assert credit_code(code) == code


@pytest.mark.parametrize("letter", "IOSVZ")
def test_letters_that_the_standard_leaves_out_are_refused(letter: str) -> None:
    for place in (0, 1, *range(8, 18)):
        with pytest.raises(InvalidIdentifier, match="GB 32100-2015"):
            credit_code(COMPANIES[0][:place] + letter + COMPANIES[0][place + 1 :])


def test_a_wrong_last_character_is_refused() -> None:
    with pytest.raises(WrongCharacter):
        credit_code("914403001922038217")


def test_a_wrong_organisation_code_inside_is_no_reason_to_refuse_a_credit_code() -> None:
    code = coded("91440300192203820")
    assert credit_code(code) == code
    assert not is_organization_code(code[8:17])


@pytest.mark.parametrize(
    "text", ["", "91440300192203821", "9144030019220382166", "91ABCDEF1922038216", "统一社会信用代码"]
)
def test_what_has_not_the_form_of_a_credit_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier, match="GB 32100-2015"):
        credit_code(text)


@pytest.mark.parametrize(
    ("spelling", "code"), [("192203821", "192203821"), ("71526726-X", "71526726X"), ("71526726x", "71526726X")]
)
def test_an_organisation_code_may_be_written_with_a_hyphen(spelling: str, code: str) -> None:
    assert organization_code(spelling) == code


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
def test_an_organisation_code_has_one_check_character(body: str) -> None:
    accepted = {character for character in "0123456789X" if _is_code(body + character)}
    assert accepted == {organization_check(body)}


@pytest.mark.parametrize("text", ["", "19220382", "1922038211", "19220382A"])
def test_what_has_not_the_form_of_an_organisation_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier, match="9 characters"):
        organization_code(text)


def test_a_registration_number_is_taken_as_it_is() -> None:
    assert registration_number(" 440301-103097413 ") == "440301103097413"


@pytest.mark.parametrize("text", ["", "12345", "1" * 21, "注册号123456"])
def test_what_cannot_be_a_registration_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier, match="6 to 20 letters and digits"):
        registration_number(text)


def _is_code(text: str) -> bool:
    try:
        return organization_code(text) == text
    except WrongCharacter:
        return False
