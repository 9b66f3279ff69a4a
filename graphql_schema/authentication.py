"""Development authentication: local bearer tokens (JWT, HS256) signed with a secret of the data directory.

Takes a token; gives the viewer it names or raises ``Unauthenticated``. Not for production: there, agencies bring tokens
of their own identity provider.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from hub.access import Role, Viewer
from hub.clock import now
from hub.errors import InvalidSetting, Unauthenticated

ISSUER = "jizhun-development"
AUDIENCE = "hub"
MOST_NAME_CHARACTERS = 200
_ALGORITHMS = ["HS256"]
_CLAIMS = jwt.JWTClaimsRegistry(
    now=lambda: int(now().timestamp()),
    leeway=5,
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": AUDIENCE},
    exp={"essential": True},
    sub={"essential": True},
    agency={"essential": True},
    role={"essential": True, "values": [role.value for role in Role]},
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
            draft = directory / f".tokens.{secrets.token_hex(4)}"
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # another process was quicker, and its secret counts
            finally:
                draft.unlink()
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
            "role": viewer.role.value,
            "exp": int((now() + lifetime).timestamp()),
        }
        if viewer.department:
            claims["department"] = viewer.department
        return jwt.encode({"alg": _ALGORITHMS[0]}, claims, self.key)

    def viewer(self, authorization: str | None, purpose: str) -> Viewer:
        """The viewer that an ``Authorization`` header names, asking for ``purpose``."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(problem="there is no bearer token")
        try:
            claims = jwt.decode(token.strip(), self.key, algorithms=_ALGORITHMS).claims
            _CLAIMS.validate(claims)
            role = Role(claims["role"])
        except (JoseError, ValueError, TypeError):
            raise Unauthenticated(problem="it is not valid here, or has expired") from None
        return Viewer(
            agency=_name(claims, "agency"),
            officer=_name(claims, "sub"),
            role=role,
            department=_name(claims, "department") if role is Role.DEPARTMENT else None,
            purpose=purpose,
        )


def _name(claims: Mapping[str, Any], claim: str) -> str:
    """A claim that names somebody, fit for the access log."""
    name = claims.get(claim)
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > MOST_NAME_CHARACTERS:
        raise Unauthenticated(problem=f"its claim {claim} is no name")
    return name
