"""A PKCS#11 token as a key service: a hardware security module, or a program that stands in for one.

Takes the vendor's module, the token's label and the file of its PIN; gives a ``KeyService``. Its keys are AES-256 keys,
made in the token and never let out. Each call opens a session and ends it, and after a failure the module begins anew,
so that a token that was away is found again. A PIN that was refused is not tried twice: tokens lock themselves.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Protocol, cast

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass, Session
from pkcs11.exceptions import (
    EncryptedDataInvalid,
    EncryptedDataLenRange,
    GeneralError,
    NoSuchKey,
    NoSuchToken,
    PinIncorrect,
    PinLocked,
    PKCS11Error,
)

from hub.errors import KeyInUse, KeyServiceUnusable, VaultKeyMissing
from hub.vault.envelope import Envelope, altered, envelope_in
from hub.vault.key_file import read_private
from hub.vault.suites import KEY_BYTES, NONCE_BYTES, TAG_BYTES, seal, unseal

NAME = "pkcs11"
LABEL = "jizhun"
"""What the hub's keys are called in a token."""
KEY_BITS = KEY_BYTES * 8
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
"""How long a key is that a key of the token has wrapped."""
_CONTEXT = b"key of a key file"
_HUBS = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: LABEL}
_KEPT = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
_SAID_OF_ALTERED = (EncryptedDataInvalid, EncryptedDataLenRange, GeneralError)
"""What modules say when a tag is wrong; the last they say of much else too."""
_ONE_AT_A_TIME = Lock()
"""A process logs in to a token once, not once for each session."""


class Token:
    """The keys of a token that are the hub's; their ids count them."""

    name = NAME

    def __init__(self, module: str, label: str, pin_file: Path | None) -> None:
        self._module = module
        self._label = label
        self._pin_file = pin_file
        self._refused: str | None = None
        self._failed = False

    def ids(self) -> Sequence[str]:
        """The ids of its keys; the last is the current one."""
        with self._session() as session:
            return [_id_of(number) for number in _numbers(session)]

    def wrap(self, secret: bytes) -> bytes:
        """A secret under the current key, as it may lie where others read it."""
        data_key = secrets.token_bytes(KEY_BYTES)
        with self._session() as session:
            numbers = _numbers(session)
            if not numbers:
                raise KeyServiceUnusable(problem=f"the token {self._label} has no key of the hub's")
            wrapped = seal(_InToken(_key(session, numbers[-1])), data_key, _CONTEXT)
        return Envelope.around(secret, self.name, _id_of(numbers[-1]), data_key, wrapped).encoded()

    def unwrap(self, wrapped: bytes) -> bytes:
        """A secret that was wrapped under any of its keys."""
        envelope = envelope_in(wrapped)
        if len(envelope.wrapped) != WRAPPED_BYTES:
            raise altered()
        with self._session() as session:
            key = _key(session, _number_of(envelope.key))
            data_key = unseal(_InToken(key), envelope.wrapped, _CONTEXT)
        return envelope.opened(data_key)

    def wrapped_by(self, wrapped: bytes) -> str:
        """The id of the key that a secret was wrapped under."""
        return envelope_in(wrapped).key

    def make(self) -> None:
        """Make a key that is the current one from now on."""
        with self._session() as session:
            number = max(_numbers(session), default=0) + 1
            session.generate_key(KeyType.AES, KEY_BITS, id=number.to_bytes(4), label=LABEL, store=True, template=_KEPT)

    def drop(self, key_id: str) -> None:
        """Destroy a key; what was wrapped under it opens nowhere any more."""
        with self._session() as session:
            if _number_of(key_id) not in _numbers(session):
                raise KeyInUse(key_id=key_id, problem=f"it is not in the token {self._label}")
            _key(session, _number_of(key_id)).destroy()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """A session of the token's user; raises ``KeyServiceUnusable`` for whatever goes wrong in it."""
        pin = self._pin()
        with _ONE_AT_A_TIME:
            try:
                library = pkcs11.lib(self._module)
                if self._failed:
                    library.reinitialize()
                with library.get_token(token_label=self._label).open(rw=True, user_pin=pin) as session:
                    yield session
            except PKCS11Error as error:
                self._failed = True
                if isinstance(error, PinIncorrect):
                    self._refused = pin
                raise KeyServiceUnusable(problem=self._problem(error)) from None
            self._failed = False

    def _pin(self) -> str:
        """The PIN that the file holds now, unless the token has refused it already."""
        if self._pin_file is None:
            raise KeyServiceUnusable(problem="HUB_PKCS11_PIN_FILE does not say where the PIN is")
        try:
            pin = read_private(self._pin_file).decode().strip()
        except VaultKeyMissing as error:
            raise KeyServiceUnusable(problem=str(error.details["problem"])) from None
        except UnicodeDecodeError:
            raise KeyServiceUnusable(problem=f"the PIN in {self._pin_file} is not in UTF-8") from None
        if pin == self._refused:
            raise KeyServiceUnusable(problem=self._problem(PinIncorrect()))
        return pin

    def _problem(self, error: PKCS11Error) -> str:
        """What an error of the module means for who runs the hub."""
        if isinstance(error, PinIncorrect):
            return f"the token {self._label} refuses the PIN in {self._pin_file}, which is not tried again"
        if isinstance(error, PinLocked):
            return f"the token {self._label} has locked its user out"
        if isinstance(error, NoSuchToken):
            return f"{self._module} has no token {self._label}"
        if isinstance(error, NoSuchKey):
            return f"the token {self._label} does not have the key that the key file is wrapped by"
        if isinstance(error, _Unopened):
            return f"the key file may have been altered, or else the token {self._label} is out of reach ({error})"
        if "while loading" in str(error):
            return f"{self._module} is no PKCS#11 module that can be loaded"
        return f"the token {self._label} is out of reach ({type(error).__name__})"


class _Key(Protocol):
    """A key of a token, as far as it is used here."""

    def encrypt(self, data: bytes, **how: object) -> bytes:
        """``data``, encrypted in the token."""

    def decrypt(self, data: bytes, **how: object) -> bytes:
        """``data``, decrypted in the token."""

    def destroy(self) -> None:
        """Be there no more."""


class _Unopened(PKCS11Error):
    """What was wrapped does not open; says by which word the module has it."""


class _InToken:
    """AES-GCM under a key of a token, as the suites have it."""

    def __init__(self, key: _Key) -> None:
        self._key = key

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """``data`` sealed for what ``associated_data`` says."""
        return self._key.encrypt(data, **_how(nonce, associated_data))

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """What was sealed; raises ``_Unopened`` where it may have been altered."""
        try:
            return self._key.decrypt(data, **_how(nonce, associated_data))
        except _SAID_OF_ALTERED as error:
            raise _Unopened(type(error).__name__) from None


def _how(nonce: bytes, associated_data: bytes) -> dict[str, object]:
    return {
        "mechanism": Mechanism.AES_GCM,
        "mechanism_param": GCMParams(nonce, associated_data, TAG_BYTES * 8),
    }


def _numbers(session: Session) -> list[int]:
    """The numbers of the hub's keys, from the oldest on."""
    return sorted(int.from_bytes(key[Attribute.ID]) for key in session.get_objects(_HUBS))


def _key(session: Session, number: int) -> _Key:
    return cast("_Key", session.get_key(ObjectClass.SECRET_KEY, KeyType.AES, LABEL, number.to_bytes(4)))


def _id_of(number: int) -> str:
    return f"{NAME}:{number}"


def _number_of(key_id: str) -> int:
    """The number of a key; of what is no id of one, or not as ids are written, a number that no key has."""
    digits = key_id.removeprefix(f"{NAME}:")
    number = int(digits) if digits.isdecimal() and len(digits) < len("4294967296") else 0
    return number if key_id == _id_of(number) else 0
