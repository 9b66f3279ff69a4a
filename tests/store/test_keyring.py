"""A database answers only to the keys it was written with."""

from pathlib import Path

import pytest

from hub.errors import VaultKeyMissing
from hub.store.keyring import claim
from hub.store.pool import Database
from hub.vault.key_file import load_keys


async def test_the_keys_of_a_database_may_come_again_and_others_may_not(database: Database, tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "first", create=True)
    await claim(database, keys)
    await claim(database, keys)
    with pytest.raises(VaultKeyMissing):
        await claim(database, load_keys(tmp_path / "made anew", create=True))
