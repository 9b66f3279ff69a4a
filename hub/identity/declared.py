"""Whose tokens a hub takes: the identity providers that a file declares.

Takes a TOML file; gives its issuers, or raises ``InvalidSetting`` with what is wrong in it. Asks no provider anything.
"""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from hub.access import Role
from hub.errors import InvalidSetting

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""Signatures by a private key; ``none`` and those by a shared secret cannot be written here at all."""
SETTING = "HUB_IDENTITY_FILE"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ClaimNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which claim says what; a claim inside another is named with dots, as ``realm_access.roles``."""

    agency: str = "agency"
    officer: str = "sub"
    roles: str = "roles"
    divisions: str = "divisions"
    department: str = "department"
    id_number: str = "id_number"
    entity_id: str = "entity_id"


class IssuerRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One identity provider. ``roles`` says what its words for roles mean here; other words mean nothing.

    With ``agencies`` it speaks for these only; with ``agency`` for that one, whatever its tokens say.
    """

    url: str
    audience: Annotated[str, Meta(min_length=1)]
    algorithms: Annotated[tuple[Algorithm, ...], Meta(min_length=1)] = ("RS256", "ES256")
    leeway: Annotated[int, Meta(ge=0, le=300)] = 30
    claims: ClaimNames = ClaimNames()
    roles: dict[str, Role] = {}
    agency: str | None = None
    agencies: tuple[str, ...] = ()
    ca_file: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    issuer: tuple[IssuerRule, ...] = ()


def read_issuers(path: Path) -> tuple[IssuerRule, ...]:
    """The issuers that the file at ``path`` declares."""
    try:
        issuers = msgspec.toml.decode(path.read_bytes(), type=_File).issuer
    except OSError as error:
        raise InvalidSetting(name=SETTING, problem=f"{path} cannot be read: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise InvalidSetting(name=SETTING, problem=f"{path}: {error}") from None
    urls = [issuer.url for issuer in issuers]
    if repeated := next((url for url in urls if urls.count(url) > 1), None):
        raise InvalidSetting(name=SETTING, problem=f"{path} declares {repeated} twice")
    if open_url := next((url for url in urls if not is_protected(url)), None):
        raise InvalidSetting(name=SETTING, problem=f"{open_url} is no https address")
    return issuers


def is_protected(url: str) -> bool:
    """Whether what ``url`` gives comes from whom it names: by https, or from this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
