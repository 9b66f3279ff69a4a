"""Put the ways in together: takes settings and a database, gives the gate and the accounts."""

from datetime import timedelta
from pathlib import Path

from hub.identity.accounts import Accounts
from hub.identity.declared import read_issuers
from hub.identity.gate import Gate, Limits
from hub.identity.local import LocalIssuer
from hub.identity.provider import Provider
from hub.identity.refusals import Refusals
from hub.identity.sessions import Sessions
from hub.settings import Settings
from hub.store.pool import Database


def open_gate(settings: Settings, database: Database, local: LocalIssuer | None = None) -> Gate:
    """The gate of a hub; the tokens of ``local`` are taken where the settings have it so."""
    rules = read_issuers(Path(settings.identity_file)) if settings.identity_file else ()
    if settings.takes_local_tokens and local is None:
        local = LocalIssuer.at(settings.data_path)
    return Gate(
        local=local if settings.takes_local_tokens else None,
        providers={rule.url: Provider.of(rule) for rule in rules},
        sessions=Sessions(database),
        refusals=Refusals(database),
        limits=Limits(timedelta(seconds=settings.session_idle), timedelta(seconds=settings.session_lifetime)),
    )


def open_accounts(gate: Gate, database: Database) -> Accounts:
    """The accounts whose tokens ``gate`` takes."""
    return Accounts(database, gate.refusals)
