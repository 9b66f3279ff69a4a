"""SoftHSM: a PKCS#11 token in files, with a folder of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pkcs11
import pytest

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
LABEL, PIN, OFFICERS_PIN = "city", "482913", "00112233"
needs_softhsm = pytest.mark.skipif(not MODULE.exists(), reason="SoftHSM is not installed: apt-get install softhsm2")


@dataclass(frozen=True)
class SoftToken:
    """A token, and the settings that lead a hub to it."""

    folder: Path

    @property
    def pin_file(self) -> Path:
        return self.folder / "pin"

    @property
    def settings(self) -> dict[str, object]:
        return {
            "HUB_KEY_SERVICE": "pkcs11",
            "HUB_PKCS11_MODULE": MODULE,
            "HUB_PKCS11_LABEL": LABEL,
            "HUB_PKCS11_PIN_FILE": self.pin_file,
        }

    def away(self) -> None:
        """Have the token be out of reach."""
        (self.folder / "tokens").rename(self.folder / "unplugged")

    def back(self) -> None:
        """Have it be there again."""
        (self.folder / "unplugged").rename(self.folder / "tokens")


@contextmanager
def soft_token(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    """A fresh token that this process and those that it starts find inside the block."""
    configuration = folder / "softhsm2.conf"
    (folder / "tokens").mkdir(parents=True)
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    words = ["--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", OFFICERS_PIN]
    subprocess.run(["softhsm2-util", *words], check=True, stdout=subprocess.DEVNULL)
    token = SoftToken(folder)
    token.pin_file.touch(0o600)
    token.pin_file.write_text(f"{PIN}\n")
    pkcs11.unload(str(MODULE))
    try:
        yield token
    finally:
        pkcs11.unload(str(MODULE))
