"""How names are compared, whatever shape a register or a clerk gives them."""

import pytest

from hub.identifiers.names import comparable


@pytest.mark.parametrize(
    "spelling",
    ["买买提·艾力", "买买提•艾力", "买买提・艾力", "买买提．艾力", "买买提 艾力", "买买提艾力", " 买买提\u3000·艾力 "],
)
def test_dots_and_blanks_between_the_parts_of_a_name_do_not_count(spelling: str) -> None:
    assert comparable(spelling) == comparable("买买提·艾力")


def test_width_and_case_do_not_count_and_characters_do() -> None:
    assert comparable("ＪＯＨＮ  Smith") == comparable("john smith")
    assert comparable("王小明") != comparable("王晓明")
