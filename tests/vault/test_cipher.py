"""Look-ups agree with themselves alone, and what is sealed opens in its own context alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import ValueShredded, VaultKeyMissing
from hub.vault.cipher import Vault
from hub.vault.key_file import KeyFile, load_keys
from hub.vault.keys import new_keys
from hub.vault.subjects import path_of
from hub.vault.suites import KEY_BYTES, SM4GCM, Suite

KEYS = new_keys()
VAULT = Vault(KEYS)
OF_EACH_SORT = {
    "aes": VAULT,
    "sm4": Vault(new_keys(Suite.SM4)),
    "of old": Vault(msgspec.structs.replace(KEYS, encryption={KEYS.current: bytes(KEY_BYTES)})),
}
"""A vault for each sort of key there is."""
every_sort = pytest.mark.parametrize("vault", OF_EACH_SORT.values(), ids=OF_EACH_SORT)


def test_a_lookup_depends_on_scheme_value_and_key() -> None:
    lookup = VAULT.lookup("ID_NUMBER", "11010119900307123X")
    assert len(lookup) == 16
    assert lookup == Vault(KEYS).lookup("ID_NUMBER", "11010119900307123X")
    assert lookup != VAULT.lookup("PASSPORT", "11010119900307123X")
    assert lookup != VAULT.lookup("ID_NUMBER", "110101199003071248")
    assert lookup != Vault(new_keys()).lookup("ID_NUMBER", "11010119900307123X")


@given(parts=st.lists(st.text(max_size=4), max_size=4), others=st.lists(st.text(max_size=4), max_size=4))
def test_tokens_are_equal_only_for_equal_parts(parts: list[str], others: list[str]) -> None:
    assert (VAULT.token("record", *parts) == VAULT.token("record", *others)) == (parts == others)


def test_a_token_depends_on_its_purpose_and_differs_from_the_lookup() -> None:
    assert VAULT.token("marriage", "x") != VAULT.token("schooling", "x")
    assert VAULT.token("ID_NUMBER", "x") != VAULT.lookup("ID_NUMBER", "x").hex()


@every_sort
@given(plain=st.binary(max_size=200), context=st.binary(max_size=40), subject=st.binary(max_size=20))
def test_what_is_sealed_opens_again(vault: Vault, plain: bytes, context: bytes, subject: bytes) -> None:
    key_id, sealed = vault.seal(plain, context, subject)
    assert vault.open(key_id, sealed, context, subject) == plain


def test_equal_values_are_sealed_differently() -> None:
    assert VAULT.seal(b"same", b"") != VAULT.seal(b"same", b"")


@every_sort
def test_a_sealed_value_does_not_open_in_another_context_or_when_altered(vault: Vault) -> None:
    key_id, sealed = vault.seal(b"value", b"one entity", b"one")
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[1:], sealed[:14], b"x"):
        with pytest.raises(InvalidTag):
            vault.open(key_id, wrong, b"one entity", b"one")
    with pytest.raises(InvalidTag):
        vault.open(key_id, sealed, b"another entity", b"one")


@pytest.mark.parametrize("vault", [OF_EACH_SORT["aes"], OF_EACH_SORT["sm4"]], ids=["aes", "sm4"])
def test_a_value_of_one_subject_does_not_open_as_that_of_another(vault: Vault) -> None:
    key_id, sealed = vault.seal(b"value", b"same", b"one")
    with pytest.raises(InvalidTag):
        vault.open(key_id, sealed, b"same", b"another")


def test_of_a_subject_whose_key_was_destroyed_nothing_opens_and_nothing_is_kept() -> None:
    before = [vault.seal(b"value", b"id", b"one") for vault in (VAULT, OF_EACH_SORT["sm4"])]
    other = VAULT.seal(b"value", b"id", b"other")
    left = Vault(KEYS.shredding([path_of(b"one")]))
    assert left.open_if_kept(*before[0], b"id", b"one") is None
    with pytest.raises(ValueShredded):
        left.open(*before[0], b"id", b"one")
    assert left.seal(b"value", b"id", b"one") == (KEYS.current, b"")
    assert left.open(*other, b"id", b"other") == b"value"
    assert VAULT.open_if_kept(KEYS.current, b"", b"id", b"one") is None


def test_sm4_agrees_with_the_vectors_of_rfc_8998() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce, said = bytes.fromhex("00001234567800000000abcd"), bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex("aa" * 8 + "bb" * 8 + "cc" * 8 + "dd" * 8 + "ee" * 8 + "ff" * 8 + "ee" * 8 + "aa" * 8)
    sealed = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert SM4GCM(key).encrypt(nonce, plain, said) == sealed
    assert SM4GCM(key).decrypt(nonce, sealed, said) == plain


def test_an_unknown_key_is_named() -> None:
    key_id, sealed = VAULT.seal(b"value", b"")
    with pytest.raises(VaultKeyMissing, match=key_id):
        Vault(new_keys()).open(key_id, sealed, b"")


def test_a_retired_key_still_opens() -> None:
    key_id, sealed = VAULT.seal(b"value", b"")
    successor = new_keys()
    both = msgspec.structs.replace(successor, encryption={**KEYS.encryption, **successor.encryption})
    rotated = Vault(both)
    assert rotated.seal(b"value", b"")[0] == successor.current
    assert rotated.open(key_id, sealed, b"") == b"value"


def test_what_is_veiled_is_always_the_same_and_comes_back_for_its_own_purpose_alone() -> None:
    veiled = VAULT.veil(b"place", "list")
    assert veiled == VAULT.veil(b"place", "list")
    assert b"place" not in veiled
    assert VAULT.unveil(veiled, "list") == b"place"
    assert VAULT.unveil(veiled, "other") is None
    assert Vault(new_keys()).unveil(veiled, "list") is None
    for wrong in (b"", b"short", veiled[:-1], veiled + b"x"):
        assert VAULT.unveil(wrong, "list") is None


def test_threads_may_share_a_vault() -> None:
    def there_and_back(number: int) -> bool:
        plain = str(number).encode()
        key_id, sealed = VAULT.seal(plain, plain)
        lookup = VAULT.lookup("ID_NUMBER", str(number))
        return VAULT.open(key_id, sealed, plain) == plain and lookup == VAULT.lookup("ID_NUMBER", str(number))

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(there_and_back, range(2000)))


def test_a_vault_follows_the_file_of_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "vault.keys"
    follower, reader = Vault.under(KeyFile(path, create=True)), Vault.under(KeyFile(path, create=False))
    before = follower.seal(b"value", b"")
    KeyFile(path, create=False).replace(load_keys(path, create=False).succeeded())
    after = follower.seal(b"value", b"")
    assert after[0] == load_keys(path, create=False).current != before[0]
    assert reader.open(*after, b"") == reader.open(*before, b"") == b"value"
