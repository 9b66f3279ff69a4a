"""The key that signs the heads of the access log, in a file of mode 0600 beside the vault's.

Takes the file's path; gives the key. The file is made once, whole, whoever else tries at the same time.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from hub.errors import VaultKeyMissing
from hub.private_file import write_once
from hub.vault.key_file import read_private


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key in ``path``, made there first where there is none; raises ``VaultKeyMissing`` where that cannot be."""
    if not path.exists():
        _make(path)
    try:
        key = load_pem_private_key(read_private(path), password=None)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise VaultKeyMissing(problem=f"{path} is not a key that signs")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """The public part of a key, as who verifies elsewhere needs it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _make(path: Path) -> None:
    content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_once(path, content)
    except OSError as error:
        raise VaultKeyMissing(problem=f"{path} cannot be made ({error.strerror})") from None
