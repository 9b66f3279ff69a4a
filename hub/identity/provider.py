"""Tokens of an agency's own identity provider: OpenID Connect, JWTs that it signed with a private key.

Takes a token and the rule of its issuer; gives what it says in the hub's own words, or raises ``Unauthenticated``. The
algorithms are the rule's, never the token's to choose, and so are the keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError

from hub.access import Role
from hub.clock import now
from hub.errors import Unauthenticated
from hub.identity.declared import IssuerRule
from hub.identity.keys import ProviderKeys

Claims = Mapping[str, Any]
_OWN_WORDS = {role.value: role for role in Role}


@dataclass(frozen=True)
class Provider:
    """One issuer whose tokens are taken."""

    rule: IssuerRule
    keys: ProviderKeys

    @classmethod
    def of(cls, rule: IssuerRule) -> "Provider":
        """The provider that a rule declares."""
        return cls(rule, ProviderKeys(rule))

    async def claims(self, token: str, key_id: str | None) -> Claims:
        """What a token says that names ``key_id``, once it is found to be this issuer's, for this hub and for now."""
        key = await self.keys.key(key_id)
        try:
            claims = jwt.decode(token, key, algorithms=self.rule.algorithms).claims
            self._registry().validate(claims)
        except ExpiredTokenError:
            raise Unauthenticated(problem="it has expired") from None
        except (InvalidClaimError, MissingClaimError) as error:
            raise Unauthenticated(problem=f"its claim {error.claim} is not as it must be") from None
        except (JoseError, ValueError, TypeError):
            raise Unauthenticated(problem="its signature is not one that is taken from its issuer") from None
        return self._translated(claims)

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(now().timestamp()),
            leeway=self.rule.leeway,
            iss={"essential": True, "value": self.rule.url},
            aud={"essential": True, "value": self.rule.audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    def _translated(self, claims: Claims) -> Claims:
        """The claims under the hub's names: what the issuer's words mean here, and for which agency it may speak."""
        names = self.rule.claims
        agency = self.rule.agency or _found(claims, names.agency)
        if self.rule.agencies and agency not in self.rule.agencies:
            raise Unauthenticated(problem="its issuer does not speak for the agency that it names")
        said = {
            "agency": agency,
            "sub": _found(claims, names.officer),
            "roles": self._roles(_found(claims, names.roles)),
            "department": _found(claims, names.department),
            "divisions": _listed(_found(claims, names.divisions)),
            "id_number": _found(claims, names.id_number),
            "entity_id": _found(claims, names.entity_id),
        }
        return {**{name: claims[name] for name in ("iss", "exp", "sid", "auth_time") if name in claims}, **said}

    def _roles(self, claimed: object) -> object:
        """The hub's roles among the words claimed: by the rule's list of words, else those that are called so here."""
        words = _listed(claimed)
        if not isinstance(words, list):
            return words
        meant = self.rule.roles or _OWN_WORDS
        return [meant[word].value for word in words if isinstance(word, str) and word in meant]


def _found(claims: Claims, path: str) -> object:
    """The claim at a path; a name that has dots itself, as addresses have, is found as it is."""
    if path in claims:
        return claims[path]
    inner: object = claims
    for step in path.split("."):
        inner = inner.get(step) if isinstance(inner, dict) else None
    return inner


def _listed(claimed: object) -> object:
    """Words in one text, as OAuth writes scopes, are a list of them."""
    return claimed.split() if isinstance(claimed, str) else claimed
