"""Changes are asked for as callers ask: over HTTP."""

from tests.graphql.conftest import api

__all__ = ["api"]
