"""The hub is watched as it answers: over HTTP."""

from tests.graphql.conftest import api

__all__ = ["api"]
