"""A name is found however its width, case, dots and blanks are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.identifiers.names import LAST, comparable


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("古丽·阿依努尔", "古丽•阿依努尔"),
        ("古丽·阿依努尔", "古丽．阿依努尔"),
        ("古丽·阿依努尔", "古丽・ 阿依努尔"),
        ("古丽·阿依努尔", "古丽阿依努尔"),
        ("买买提·艾力", "买买提●艾力"),
        ("Maria da Silva", "ＭＡＲＩＡ　ＤＡ　ＳＩＬＶＡ"),
        ("STRASSE", "straße"),
        ("广州基准（集团）有限公司", "广州基准(集团) 有限公司"),
        ("王\u200b小明", "王小明"),
        ("葛\U000e0100", "葛"),
        ("豈", "\uf900"),
    ],
)
def test_two_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


def test_another_character_makes_another_name() -> None:
    assert comparable("王小明") != comparable("王晓明")


@pytest.mark.parametrize("character", ["%", "_", "\\", "'", '"', "*", "-", "(", "😀", "㐀", "\ue000"])
def test_any_other_character_counts(character: str) -> None:
    assert comparable(f"王{character}明") == f"王{character}明"


@given(st.text())
def test_a_key_is_its_own_key_and_holds_nothing_that_does_not_count(text: str) -> None:
    key = comparable(text)
    assert comparable(key) == key
    assert not {" ", ".", "·", "\x00", LAST} & set(key)
    key.encode()
