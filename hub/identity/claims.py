"""Read a viewer out of the claims of a token whose signature, issuer, audience and times were found good.

Pure. Takes claims; gives a viewer whose names are fit for the access log, or raises ``Unauthenticated``.
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hub.access import Role, Viewer
from hub.catalog import EntityKind
from hub.catalog.global_id import parse_global_id
from hub.errors import InvalidGlobalId, InvalidIdentifier, RolesNotCombinable, Unauthenticated
from hub.identifiers.schemes import Scheme, normalise
from hub.redaction import redact

MOST_NAME_CHARACTERS = 200
MOST_DIVISIONS = 500
_DIVISION = re.compile(r"\d{2}(?:\d{2}(?:\d{2}(?:\d{3}(?:\d{3})?)?)?)?", re.ASCII)
"""An area code of GB/T 2260 or GB/T 10114, from the province down to the village."""


def viewer_of(claims: Mapping[str, Any], purpose: str) -> Viewer:
    """The viewer that ``claims`` name, asking for ``purpose``."""
    roles = _roles(claims.get("roles"))
    own_number = _own_number(claims.get("id_number")) if Role.DATA_SUBJECT in roles else None
    try:
        return Viewer(
            agency=_name(claims, "agency"),
            officer=_name(claims, "sub"),
            roles=roles,
            department=_name(claims, "department") if Role.REPORTER in roles else None,
            purpose=purpose,
            divisions=_divisions(claims.get("divisions")),
            subject=own_number,
            subject_id=_own_id(claims.get("entity_id")) if Role.DATA_SUBJECT in roles and not own_number else None,
        )
    except RolesNotCombinable as refused:
        raise Unauthenticated(problem=refused.message.rstrip(".")) from None


def _own_number(claimed: object) -> str | None:
    """The ID number that a data subject's token claims, as it is spelt here."""
    if claimed is None:
        return None
    try:
        return normalise(Scheme.ID_NUMBER, str(claimed))
    except InvalidIdentifier:
        raise Unauthenticated(problem="its claim id_number is no ID number") from None


def _own_id(claimed: object) -> UUID | None:
    """The entity that a data subject's token claims to be, by the id that the schema gives it."""
    if claimed is None:
        return None
    try:
        kind, entity_id = parse_global_id(str(claimed))
    except InvalidGlobalId:
        raise Unauthenticated(problem="its claim entity_id is no id") from None
    if kind is not EntityKind.NATURAL_PERSON:
        raise Unauthenticated(problem="its claim entity_id is no person's")
    return entity_id


def is_division(code: str) -> bool:
    """Whether ``code`` has the form of an area code."""
    return _DIVISION.fullmatch(code) is not None


def _roles(claimed: object) -> frozenset[Role]:
    try:
        return frozenset(map(Role, _words(claimed, "roles")))
    except ValueError:
        raise Unauthenticated(problem="its claim roles names a role that there is not") from None


def _divisions(claimed: object) -> tuple[str, ...]:
    """The divisions claimed; an empty claim is refused, for it cannot mean the whole city."""
    if claimed is None:
        return ()
    divisions = tuple(sorted(set(_words(claimed, "divisions"))))
    if not divisions or len(divisions) > MOST_DIVISIONS or not all(map(is_division, divisions)):
        raise Unauthenticated(problem="its claim divisions is no list of area codes")
    return divisions


def _words(claimed: object, claim: str) -> list[str]:
    if not isinstance(claimed, list) or not all(isinstance(word, str) for word in claimed):
        raise Unauthenticated(problem=f"its claim {claim} is no list of words")
    return claimed


def _name(claims: Mapping[str, Any], claim: str) -> str:
    """A claim that names somebody: short, printable, and without a number that could be a person's."""
    name = claims.get(claim)
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > MOST_NAME_CHARACTERS:
        raise Unauthenticated(problem=f"its claim {claim} is no name")
    if redact(name) != name:
        raise Unauthenticated(problem=f"its claim {claim} holds a number that may identify a person")
    return name
