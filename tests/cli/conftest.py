"""A hub with a database of the test's own, as its command line finds it."""

from pathlib import Path

import pytest

from hub.vault.cipher import Vault
from hub.vault.key_file import KeyFile, load_keys


@pytest.fixture
def hub(database_url: str, tmp_path: Path) -> dict[str, object]:
    """The settings that lead a process of the hub to the test's database, with keys of the test's own."""
    load_keys(tmp_path / "vault.keys", create=True)
    return {
        "HUB_DATABASE_URL": database_url,
        "HUB_VAULT_KEY_FILE": tmp_path / "vault.keys",
        "HUB_DATA_DIR": tmp_path / "data",
    }


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """The vault that the command line uses."""
    return Vault.under(KeyFile(tmp_path / "vault.keys", create=True))
