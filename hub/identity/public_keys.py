"""Public keys that signatures are checked with: read from what a provider publishes, or from a file.

Takes a JWK or a PEM; gives the key, or None for one that is a secret, private, for another use or too weak.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

Key = RSAKey | ECKey | OKPKey

LEAST_RSA_BITS = 2048
ALGORITHMS = {"RSA": ["RS256", "PS256"], "EC": ["ES256", "ES384", "ES512"], "OKP": ["Ed25519"]}
"""What a key of a kind may sign with, where nobody declares less."""
_KINDS: Mapping[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


def public_key(published: Mapping[str, Any]) -> Key | None:
    """The key of a JWK."""
    kind = str(published.get("kty"))
    if kind not in _KINDS or published.get("use", "sig") != "sig" or "d" in published:
        return None
    return _imported(kind, published)


def read_key(content: bytes) -> Key | None:
    """The key of a file that holds a JWK or a PEM."""
    if content.lstrip().startswith(b"{"):
        try:
            return public_key(msgspec.json.decode(content, type=dict[str, Any]))
        except msgspec.DecodeError:
            return None
    try:
        raw = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        return None
    kind = next((name for name, kind in _KINDS.items() if kind.binding.check_cryptography_key(raw)), None)
    return _imported(kind, content) if kind else None


def _imported(kind: str, given: Mapping[str, Any] | bytes) -> Key | None:
    with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # weak keys are refused here
        try:
            key = _KINDS[kind].import_key(given if isinstance(given, bytes) else dict(given))
        except (JoseError, ValueError, TypeError, KeyError):
            return None
    is_weak = isinstance(key, RSAKey) and key.public_key.key_size < LEAST_RSA_BITS
    return None if is_weak else key
