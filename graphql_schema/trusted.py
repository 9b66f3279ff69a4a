"""Trusted documents: where a hub has some, it runs these and no others.

Takes a folder of ``.graphql`` files; finds a document by its text or by the SHA-256 of it, which a client may send
instead (``documentId`` as ``sha256:…``, or the extension ``persistedQuery``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from graphql_schema.request import GraphQLRequest
from hub.errors import BadRequest, DocumentNotTrusted, InvalidSetting

SETTING = "HUB_TRUSTED_DOCUMENTS"
PREFIX = "sha256:"


@dataclass(frozen=True)
class Trusted:
    """The documents of a hub by their digest; without ``only``, any other is run too."""

    texts: Mapping[str, str]
    only: bool

    def text(self, request: GraphQLRequest) -> str:
        """The document that a request asks to run; raises ``DocumentNotTrusted``."""
        digest = _named(request)
        if request.query is not None:
            if digest is not None and digest != _digest(request.query):
                raise BadRequest(problem="its document is not the one that its digest names")
            if self.only and _digest(request.query) not in self.texts:
                raise DocumentNotTrusted
            return request.query
        if digest is None:
            raise BadRequest(problem="it has neither a query nor the digest of one")
        if digest not in self.texts:
            raise DocumentNotTrusted
        return self.texts[digest]


def read_trusted(folder: str | None) -> Trusted:
    """The documents of a folder, which are then the only ones; without a folder none is trusted more than another."""
    if folder is None:
        return Trusted({}, only=False)
    try:
        texts = [path.read_text(encoding="utf-8") for path in sorted(Path(folder).rglob("*.graphql"))]
    except (OSError, UnicodeDecodeError):
        raise InvalidSetting(name=SETTING, problem=f"the documents in {folder} cannot be read") from None
    if not texts:
        raise InvalidSetting(name=SETTING, problem=f"there is no .graphql file in {folder}")
    return Trusted({_digest(text): text for text in texts}, only=True)


def _named(request: GraphQLRequest) -> str | None:
    """The digest that a request names."""
    if request.documentId is not None:
        return request.documentId.removeprefix(PREFIX).lower()
    persisted = (request.extensions or {}).get("persistedQuery")
    digest = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return digest.lower() if isinstance(digest, str) else None


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
