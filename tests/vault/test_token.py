"""A token keeps what the key file holds, and says what is wrong when it cannot."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep

import pkcs11
import pytest
from msgspec.structs import replace

from hub.errors import KeyInUse, KeyServiceUnusable, VaultKeyMissing
from hub.settings import Settings, load_settings
from hub.vault.cipher import MOMENT, Vault
from hub.vault.envelope import envelope_in
from hub.vault.key_file import KeyFile, open_key_file
from hub.vault.services import PlainFile, key_services
from hub.vault.token import Token
from tests.vault.tokens import LABEL, MODULE, SoftToken, needs_softhsm, soft_token

pytestmark = needs_softhsm
SECRET = b"what the key file holds" * 1000


@pytest.fixture
def soft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    with soft_token(tmp_path / "token", monkeypatch) as token:
        yield token


@pytest.fixture
def token(soft: SoftToken) -> Token:
    return Token(str(MODULE), LABEL, soft.pin_file)


@pytest.fixture
def settings(soft: SoftToken, tmp_path: Path) -> Settings:
    given = {name: str(value) for name, value in soft.settings.items()}
    return load_settings(given | {"HUB_VAULT_KEY_FILE": str(tmp_path / "vault.keys")})


def test_what_a_key_wraps_it_unwraps_until_it_is_dropped(token: Token) -> None:
    token.make()
    first = token.wrap(SECRET)
    token.make()
    second = token.wrap(SECRET)
    assert token.ids() == ["pkcs11:1", "pkcs11:2"]
    assert [token.wrapped_by(wrapped) for wrapped in (first, second)] == token.ids()
    assert token.unwrap(first) == token.unwrap(second) == SECRET
    assert SECRET not in first
    token.drop("pkcs11:1")
    assert token.ids() == ["pkcs11:2"]
    assert token.unwrap(second) == SECRET
    with pytest.raises(KeyServiceUnusable, match="does not have the key"):
        token.unwrap(first)


def test_a_key_of_the_hubs_is_never_let_out(token: Token, soft: SoftToken) -> None:
    token.make()
    pin = soft.pin_file.read_text().strip()
    with pkcs11.lib(str(MODULE)).get_token(token_label=LABEL).open(user_pin=pin) as session:
        (key,) = session.get_objects()
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]


def test_what_was_altered_does_not_unwrap(token: Token) -> None:
    token.make()
    wrapped = token.wrap(SECRET)
    place = wrapped.index(b'"sealed"') + 30
    altered = wrapped[:place] + (b"A" if wrapped[place : place + 1] != b"A" else b"B") + wrapped[place + 1 :]
    with pytest.raises(VaultKeyMissing, match="altered"):
        token.unwrap(altered)
    with pytest.raises(VaultKeyMissing, match="not whole"):
        token.unwrap(b"{}")


@pytest.mark.parametrize("length", [0, 11, 12, 27, 59])
def test_a_wrapped_key_that_was_cut_does_not_unwrap(token: Token, length: int) -> None:
    token.make()
    envelope = envelope_in(token.wrap(SECRET))
    with pytest.raises(VaultKeyMissing, match="altered since it was wrapped"):
        token.unwrap(replace(envelope, wrapped=envelope.wrapped[:length]).encoded())


def test_a_wrapped_key_of_which_a_bit_was_flipped_is_not_the_token_s_fault_alone(token: Token) -> None:
    token.make()
    wrapped = token.wrap(SECRET)
    envelope = envelope_in(wrapped)
    flipped = envelope.wrapped[:-1] + bytes([envelope.wrapped[-1] ^ 1])
    with pytest.raises(KeyServiceUnusable, match="key file may have been altered"):
        token.unwrap(replace(envelope, wrapped=flipped).encoded())
    assert token.unwrap(wrapped) == SECRET


@pytest.mark.parametrize("key_id", ["pkcs11:7", "pkcs11:", "pkcs11:99999999999999", "pkcs11:-1"])
def test_a_key_that_is_not_there_is_not_dropped(token: Token, key_id: str) -> None:
    token.make()
    with pytest.raises(KeyInUse, match="not in the token"):
        token.drop(key_id)


@pytest.mark.parametrize("key_id", ["pkcs11:01", "pkcs11:\uff11", "pkcs11:pkcs11:1"])
def test_the_key_that_wraps_the_key_file_is_not_dropped_by_another_way_to_write_its_id(
    settings: Settings, key_id: str
) -> None:
    file = open_key_file(settings, create=True)
    assert file.wrapped_by == "pkcs11:1"
    with pytest.raises(KeyInUse, match="it is not in the token"):
        file.drop_wrapping(key_id)
    assert file.read() == file.keys


def test_a_token_without_a_key_of_the_hubs_wraps_nothing(token: Token) -> None:
    with pytest.raises(KeyServiceUnusable, match="has no key"):
        token.wrap(SECRET)


def test_a_pin_that_was_refused_is_not_tried_again_and_another_one_is(token: Token, soft: SoftToken) -> None:
    right = soft.pin_file.read_text()
    soft.pin_file.write_text("000000")
    for _ in range(2):
        with pytest.raises(KeyServiceUnusable, match="refuses the PIN"):
            token.ids()
    shutil.rmtree(soft.folder / "tokens")
    with pytest.raises(KeyServiceUnusable, match="refuses the PIN"):
        token.ids()
    soft.pin_file.write_text(right)
    with pytest.raises(KeyServiceUnusable, match="out of reach"):
        token.ids()


def test_each_way_to_fail_is_said(soft: SoftToken, tmp_path: Path) -> None:
    readable = tmp_path / "readable"
    readable.write_text("1")
    readable.chmod(0o644)
    garbled = tmp_path / "garbled"
    garbled.touch(0o600)
    garbled.write_bytes(b"\xff1234")
    for one, problem in (
        (Token("/nowhere.so", LABEL, soft.pin_file), "no PKCS#11 module"),
        (Token(__file__, LABEL, soft.pin_file), "no PKCS#11 module"),
        (Token(str(MODULE), "another", soft.pin_file), "has no token another"),
        (Token(str(MODULE), LABEL, None), "HUB_PKCS11_PIN_FILE"),
        (Token(str(MODULE), LABEL, tmp_path / "nowhere"), "nowhere"),
        (Token(str(MODULE), LABEL, readable), "chmod 600"),
        (Token(str(MODULE), LABEL, garbled), "not in UTF-8"),
    ):
        with pytest.raises(KeyServiceUnusable, match=problem):
            one.ids()


def test_a_token_that_must_be_chosen_is_described(tmp_path: Path) -> None:
    with pytest.raises(KeyServiceUnusable, match="HUB_PKCS11_MODULE"):
        key_services(Settings(key_service="pkcs11"))


def test_a_key_file_moves_to_a_token_and_back_and_whoever_serves_follows(settings: Settings) -> None:
    plainly = replace(settings, key_service="file")
    held = open_key_file(plainly, create=True)
    vault, keys = Vault.under(held), held.keys
    sealed = vault.seal(b"value", b"")
    assert (held.service, held.wrapped_by) == ("file", "")

    open_key_file(settings).rewrap()
    moved = open_key_file(plainly)
    assert (moved.service, moved.wrapped_by, moved.keys) == ("pkcs11", "pkcs11:1", keys)
    assert settings.vault_key_path.stat().st_mode & 0o777 == 0o600
    assert keys.current.encode() not in settings.vault_key_path.read_bytes()
    moved.replace(keys.succeeded())
    assert moved.wrapped_by == "pkcs11:1"
    assert vault.seal(b"value", b"")[0] != sealed[0]
    assert vault.open(*sealed, b"") == b"value"

    with pytest.raises(KeyServiceUnusable, match="settings say nothing"):
        KeyFile(settings.vault_key_path, create=False)
    open_key_file(plainly).rewrap()
    assert KeyFile(settings.vault_key_path, create=False).keys == moved.read()
    assert vault.open(*sealed, b"") == b"value"


def test_a_copy_of_the_key_file_opens_no_more_once_the_key_that_wrapped_it_is_dropped(
    settings: Settings, tmp_path: Path
) -> None:
    file = open_key_file(settings, create=True)
    copy = tmp_path / "copy"
    file.backup(copy)
    assert open_key_file(replace(settings, vault_key_file=str(copy))).keys == file.keys
    with pytest.raises(KeyInUse, match="rewrap"):
        file.drop_wrapping("pkcs11:1")
    file.rewrap()
    assert file.drop_wrapping("pkcs11:1")
    assert file.read() == file.keys
    with pytest.raises(KeyServiceUnusable, match="does not have the key"):
        open_key_file(replace(settings, vault_key_file=str(copy)))


def test_keys_are_held_for_so_long_while_the_token_is_away_and_had_again_when_it_is_back(
    settings: Settings, soft: SoftToken
) -> None:
    long = Vault.under(open_key_file(settings, create=True))
    short = Vault.under(open_key_file(replace(settings, key_lease=1e-9)))
    sealed = short.seal(b"value", b"")
    ways: list[Callable[[], object]] = [
        lambda: short.open(*sealed, b""),
        lambda: short.lookup("ID_NUMBER", "1"),
        lambda: short.seal(b"", b""),
    ]
    soft.away()
    for way in ways:
        while answers(way):
            sleep(MOMENT)
    assert long.open(*sealed, b"") == b"value"
    with pytest.raises(KeyServiceUnusable, match="out of reach"):
        open_key_file(settings)
    soft.back()
    for way in ways:
        while not answers(way):
            sleep(MOMENT)
    assert short.open(*sealed, b"") == b"value"


def test_a_lease_ends_while_the_key_file_is_away_with_the_token(settings: Settings, soft: SoftToken) -> None:
    long = open_key_file(settings, create=True)
    short = open_key_file(replace(settings, key_lease=1e-9))
    aside = settings.vault_key_path.with_name("aside")
    soft.away()
    settings.vault_key_path.rename(aside)
    assert long.newer() is None
    with pytest.raises(KeyServiceUnusable, match=r"key file .* is out of reach"):
        short.newer()
    soft.back()
    aside.rename(settings.vault_key_path)
    assert short.newer() == long.keys


def answers(way: Callable[[], object]) -> bool:
    try:
        way()
    except KeyServiceUnusable:
        return False
    return True


def test_a_file_that_is_the_key_has_no_keys_of_a_service() -> None:
    service = PlainFile()
    service.make()
    assert (service.ids(), service.wrapped_by(service.wrap(SECRET)), service.unwrap(service.wrap(SECRET))) == (
        (),
        "",
        SECRET,
    )
    with pytest.raises(KeyInUse):
        service.drop("file:1")
