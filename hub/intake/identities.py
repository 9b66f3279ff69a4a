"""Identifiers as rows: what is stored of a number of an entity, and what a row says of a look-up.

Pure but for the vault's keys. Decides nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import asyncpg

from hub.identifiers.schemes import Identifier
from hub.intake.identify import Known, Replacement
from hub.store import writing
from hub.vault.cipher import Vault


def identifier_row(
    vault: Vault, key: Identifier, identifier_id: UUID, entity_id: UUID, replaced: Replacement | None = None
) -> writing.IdentifierRow:
    """What is stored of ``key``, a number of an entity, with the number that took its place."""
    key_id, sealed = vault.seal(key.value.encode(), identifier_id.bytes, entity_id.bytes)
    lookup = vault.lookup(key.scheme, key.value)
    given = writing.IdentifierRow(lookup, identifier_id, entity_id, key.scheme, key_id, sealed)
    return (
        replace(given, replaced_by=replaced.by, valid_to=replaced.valid_from, replaced_stated_at=replaced.stated_at)
        if replaced
        else given
    )


def known_among(found: writing.Found, lookups: Mapping[Identifier, bytes]) -> dict[Identifier, Known]:
    """What was found of the look-ups of keys, of those that are known."""
    rows = found.rows
    return {key: known_from(rows[lookup], found.forms) for key, lookup in lookups.items() if lookup in rows}


def known_from(row: asyncpg.Record, forms: Mapping[bytes, bytes]) -> Known:
    """What a row of ``identified`` says of a look-up; ``forms`` are those of look-ups that it may name."""
    by = forms.get(row["replaced_by"], row["replaced_by"])
    replaced = Replacement(by, row["valid_to"], row["replaced_stated_at"]) if by else None
    return Known(
        row["identifier_id"], row["entity_id"], row["canonical_id"], replaced, row["is_split"], row["is_moved"]
    )
