"""The desk is asked as callers ask it: over HTTP."""

from tests.graphql.conftest import api

__all__ = ["api"]
