from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import InvalidIdentifier
from hub.identifiers import citizen_id
from hub.identifiers.citizen_id import ImpossibleBirthDate, WrongCheckDigit, normalise

STANDARD_SAMPLES = ("11010519491231002X", "440524188001010014")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def numbered(body: str) -> str:
    """A number with its check digit, by the weights of GB 11643 and by nothing that the hub uses."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


@st.composite
def numbers(draw: st.DrawFn) -> str:
    division = draw(st.integers(110000, 829999))
    born = draw(st.dates(date(1880, 1, 1), date(2099, 12, 31)))
    return numbered(f"{division}{born:%Y%m%d}{draw(st.integers(0, 999)):03}")


@pytest.mark.parametrize("number", [*STANDARD_SAMPLES, numbered("81000019900307123")])
def test_a_valid_number_is_its_own_spelling(number: str) -> None:
    assert normalise(number) == number


@pytest.mark.parametrize(
    "spelling",
    [
        "11010519491231002x",
        " 11010519491231002X\t",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "１１０１０５１９４９１２３１００２ｘ",
        "\u3000110105\u300019491231002X",
        "110105491231002",
        "１１０１０５４９１２３１００２",
    ],
)
def test_every_spelling_leads_to_one_number(spelling: str) -> None:
    assert normalise(spelling) == "11010519491231002X"


@given(numbers())
def test_normalising_again_changes_nothing(number: str) -> None:
    assert normalise(normalise(number)) == number


@given(numbers(), st.data())
def test_one_wrong_digit_is_always_found(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 17))
    alphabet = "0123456789X" if place == 17 else "123456789" if place == 0 else "0123456789"
    other = data.draw(st.sampled_from(alphabet.replace(number[place], "")))
    with pytest.raises(WrongCheckDigit):
        normalise(number[:place] + other + number[place + 1 :])


@given(numbers(), st.integers(0, 15))
def test_two_neighbouring_digits_exchanged_are_always_found(number: str, place: int) -> None:
    first, second = number[place], number[place + 1]
    exchanged = number[:place] + second + first + number[place + 2 :]
    if first != second and not exchanged.startswith("0"):
        with pytest.raises(WrongCheckDigit):
            normalise(exchanged)


@pytest.mark.parametrize(
    "body", ["11010519490230002", "11010520230229002", "11010519491331002", "11010519490000002", "11010500001231002"]
)
def test_a_birth_date_that_never_was_is_refused(body: str) -> None:
    with pytest.raises(ImpossibleBirthDate):
        normalise(numbered(body))


def test_a_short_number_with_an_impossible_birth_date_is_refused() -> None:
    with pytest.raises(ImpossibleBirthDate):
        normalise("110105490230002")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "1101051949123100",
        "11010519491231002XX",
        "01010519491231002X",
        "X1010519491231002X",
        "1101051949123100XX",
        "一一〇一〇五一九四九一二三一〇〇二",
        "１１０１０５１９４９１２３１００２Ｙ",
        "110105194912310０2 OR 1=1",
        "11010549123100X",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
    ],
)
def test_what_has_not_the_form_of_a_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier, match="neither 18 nor 15 digits"):
        normalise(text)


@pytest.mark.parametrize("text", ["110105194912310021", "110105194902300021", "11010519491231002Z"])
def test_a_refusal_never_repeats_the_number(text: str) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        normalise(text)
    assert text[:6] not in str(caught.value)
    assert text not in repr(caught.value.details)


def test_digits_7_to_14_are_the_birth_date() -> None:
    assert citizen_id.birth_date("440524188001010014") == date(1880, 1, 1)
