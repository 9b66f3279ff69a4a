"""Prepare GraphQL documents: parse, cost, validate; once, then kept by their text.

Takes the text of a document; gives what the library executes, or raises why it cannot be. Bounded in time by the limits
of the settings and in memory by keeping short documents only.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)

from graphql_schema.limits import check_cost
from hub.errors import QueryTooDeep
from hub.redaction import redact
from hub.settings import Settings

KEPT_DOCUMENTS = 300
LONGEST_KEPT = 4_000
MOST_COMMENTS = 1_000
MOST_ERRORS = 20


class InvalidDocuments(Exception):
    """A document is not valid, for the reasons in ``errors``."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        self.errors = list(errors)
        super().__init__()


class PlainNames(ValidationRule):
    """No name holds a number as long as an ID number, for names come back in answers, errors and their paths."""

    def enter_name(self, node: NameNode, *_: Any) -> None:  # noqa: ANN401
        """Look at one name."""
        if redact(node.value) != node.value:
            self.report_error(GraphQLError("A name holds a number that may identify a person.", node))


class Documents:
    """The prepared documents of one schema."""

    def __init__(self, schema: GraphQLSchema, settings: Settings) -> None:
        self._schema = schema
        self._settings = settings
        self._kept = lru_cache(maxsize=KEPT_DOCUMENTS)(self._prepare)

    def prepare(self, text: str) -> DocumentNode:
        """The document in ``text``; raises ``InvalidDocuments``, ``QueryTooDeep`` or ``QueryTooLarge``."""
        return self._kept(text) if len(text) <= LONGEST_KEPT else self._prepare(text)

    def _prepare(self, text: str) -> DocumentNode:
        try:
            document = parse(text, max_tokens=self._settings.max_query_tokens, max_comments=MOST_COMMENTS)
            check_cost(document, self._settings)
            errors = validate(self._schema, document, (*specified_rules, PlainNames), max_errors=MOST_ERRORS)
        except GraphQLError as error:
            raise InvalidDocuments([error]) from None
        except RecursionError:
            raise QueryTooDeep(limit=self._settings.max_query_depth) from None
        if errors:
            raise InvalidDocuments(errors)
        return document
