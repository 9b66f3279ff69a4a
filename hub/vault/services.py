"""Where the keys of the key file are kept secret: in the file itself, or under keys that never leave a key service.

Takes what a key file is to hold; gives it as it may lie there, and takes it back from that. Never reads the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from hub.errors import KeyInUse, KeyServiceUnusable
from hub.settings import Settings

FILE = "file"
"""What the service of a hub that has none is called."""


class KeyService(Protocol):
    """What keeps secrets by keys of its own, which it tells apart by ids and lets nobody have.

    Where it cannot do what it is asked, it raises ``KeyServiceUnusable``.
    """

    name: str

    def ids(self) -> Sequence[str]:
        """The ids of its keys; the last is the current one."""

    def wrap(self, secret: bytes) -> bytes:
        """A secret under the current key, as it may lie where others read it."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """A secret that was wrapped under any of its keys."""

    def wrapped_by(self, wrapped: bytes) -> str:
        """The id of the key that a secret was wrapped under."""

    def make(self) -> None:
        """Make a key that is the current one from now on."""

    def drop(self, key_id: str) -> None:
        """Destroy a key; what was wrapped under it opens nowhere any more."""


class PlainFile:
    """The service of a hub that has none: secrets lie in their file as they are, and its mode keeps them."""

    name = FILE

    def ids(self) -> Sequence[str]:
        """None: the file is the key."""
        return ()

    def wrap(self, secret: bytes) -> bytes:
        """The secret itself."""
        return secret

    def unwrap(self, wrapped: bytes) -> bytes:
        """The secret itself."""
        return wrapped

    def wrapped_by(self, wrapped: bytes) -> str:
        """Nothing."""
        return ""

    def make(self) -> None:
        """Do nothing."""

    def drop(self, key_id: str) -> None:
        """Raise ``KeyInUse``, for there is no key."""
        raise KeyInUse(key_id=key_id, problem="it is not in the key file")


class _Named(msgspec.Struct):
    """What tells a wrapped key file from one whose keys lie plainly."""

    service: str = FILE


@dataclass(frozen=True)
class KeyServices:
    """The key services that a hub can reach: the one chosen for key files to come, and all by their names.

    What a service has unwrapped is held for ``lease`` seconds at most.
    """

    chosen: KeyService
    reachable: Mapping[str, KeyService]
    lease: float

    def of(self, content: bytes) -> KeyService:
        """The service that a key file's content was wrapped by."""
        try:
            name = msgspec.json.decode(content, type=_Named).service
        except msgspec.DecodeError:
            name = FILE
        if name not in self.reachable:
            raise KeyServiceUnusable(problem=f"the key file was wrapped by {name}, of which the settings say nothing")
        return self.reachable[name]

    def ids(self) -> Sequence[str]:
        """The ids of the keys of all services."""
        return [key_id for service in self.reachable.values() for key_id in service.ids()]

    def keeping(self, key_id: str) -> KeyService | None:
        """The service that gives keys such ids; None for what is no id of a service's key."""
        name, colon, _ = key_id.partition(":")
        return self.reachable.get(name) if colon else None


_FILE = PlainFile()
PLAIN = KeyServices(_FILE, {FILE: _FILE}, lease=0)
"""What a hub without a key service can reach."""


def key_services(settings: Settings) -> KeyServices:
    """The services that the settings describe; raises ``KeyServiceUnusable`` where they lack one that they choose."""
    reachable: dict[str, KeyService] = {FILE: _FILE}
    if settings.pkcs11_module:
        token = _token(settings, settings.pkcs11_module)
        reachable[token.name] = token
    if settings.key_service not in reachable:
        raise KeyServiceUnusable(problem="HUB_PKCS11_MODULE does not say by which module the token is reached")
    return KeyServices(reachable[settings.key_service], reachable, settings.key_lease)


def _token(settings: Settings, module: str) -> KeyService:
    try:
        from hub.vault.token import Token  # noqa: PLC0415 - only who has a token needs the package
    except ImportError:
        raise KeyServiceUnusable(problem="the package python-pkcs11 is not installed") from None
    pin_file = settings.pkcs11_pin_file
    return Token(module, settings.pkcs11_label, Path(pin_file) if pin_file else None)
