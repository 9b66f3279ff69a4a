"""Development authentication: local bearer tokens (JWT, HS256) signed with a secret of the data directory.

Takes a token; gives the viewer it names or raises ``Unauthenticated``. Not for production: there, agencies bring tokens
of their own identity provider.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from hub.access import Viewer
from hub.catalog import EntityKind
from hub.catalog.global_id import global_id
from hub.clock import now
from hub.errors import InvalidSetting, Unauthenticated
from hub.identity.claims import viewer_of
from hub.private_file import write_once

ISSUER = "jizhun-development"
AUDIENCE = "hub"
_ALGORITHMS = ["HS256"]
_CLAIMS = jwt.JWTClaimsRegistry(
    now=lambda: int(now().timestamp()),
    leeway=5,
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": AUDIENCE},
    exp={"essential": True},
    sub={"essential": True},
)


@dataclass(frozen=True)
class LocalIssuer:
    """Issues and checks the tokens of a development hub."""

    key: OctKey

    @classmethod
    def at(cls, directory: Path) -> "LocalIssuer":
        """The issuer whose secret lies in ``directory``; it is made there, mode 0600, on first use."""
        path = directory / "tokens.key"
        directory.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_once(path, secrets.token_urlsafe(48).encode())  # where another process was quicker, its secret counts
        if path.stat().st_mode & 0o077:
            raise InvalidSetting(name="HUB_DATA_DIR", problem=f"others may read {path}; run `chmod 600 {path}`")
        return cls(OctKey.import_key(path.read_bytes()))

    def mint(self, viewer: Viewer, lifetime: timedelta) -> str:
        """A token that names ``viewer`` for ``lifetime``."""
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": viewer.officer,
            "agency": viewer.agency,
            "roles": sorted(viewer.roles),
            "exp": int((now() + lifetime).timestamp()),
        }
        if viewer.department:
            claims["department"] = viewer.department
        if viewer.divisions:
            claims["divisions"] = list(viewer.divisions)
        if viewer.subject:
            claims["id_number"] = viewer.subject
        if viewer.subject_id:
            claims["entity_id"] = global_id(EntityKind.NATURAL_PERSON, viewer.subject_id)
        return jwt.encode({"alg": _ALGORITHMS[0]}, claims, self.key)

    def viewer(self, token: str, purpose: str) -> Viewer:
        """The viewer that a token names, asking for ``purpose``."""
        try:
            claims = jwt.decode(token, self.key, algorithms=_ALGORITHMS).claims
            _CLAIMS.validate(claims)
        except (JoseError, ValueError, TypeError):
            raise Unauthenticated(problem="it is not valid here, or has expired") from None
        return viewer_of(claims, purpose)
