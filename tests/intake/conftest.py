"""An intake on a database of the test's own, on each server in turn."""

import pytest

from hub.catalog import Model
from hub.intake.submission import Intake
from hub.store.pool import Database
from hub.vault.cipher import Vault
from tests.offices import Office


@pytest.fixture
def office(any_database: Database, model: Model, vault: Vault) -> Office:
    return Office(Intake(any_database, model, vault))
