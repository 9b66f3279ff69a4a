"""Parts of one thing open under its key and their own name alone, in whichever suite."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from hub.vault.parts import PartCipher, new_part_key
from hub.vault.suites import KEY_BYTES, Suite

OF_EACH_SORT = [new_part_key(Suite.AES), new_part_key(Suite.SM4), bytes(KEY_BYTES)]


@given(key=st.sampled_from(OF_EACH_SORT), plain=st.binary(max_size=200), name=st.text(max_size=8))
def test_a_part_opens_again_under_its_name(key: bytes, plain: bytes, name: str) -> None:
    sealed = PartCipher(key).seal(name, plain)
    assert PartCipher(key).open(name, sealed) == plain
    with pytest.raises(InvalidTag):
        PartCipher(key).open(f"{name} of another", sealed)


def test_a_part_opens_in_no_other_suite() -> None:
    aes, sm4 = (suite.encode() + bytes(KEY_BYTES) for suite in Suite)
    with pytest.raises(InvalidTag):
        PartCipher(sm4).open("name", PartCipher(aes).seal("name", b"plain"))


def test_a_key_from_before_there_were_suites_is_used_with_aes() -> None:
    named = PartCipher(Suite.AES.encode() + bytes(KEY_BYTES))
    assert named.open("name", PartCipher(bytes(KEY_BYTES)).seal("name", b"plain")) == b"plain"
