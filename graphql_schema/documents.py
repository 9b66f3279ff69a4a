"""Prepare GraphQL documents: parse, cost, validate; once, then kept by their text.

Takes the text of a document; gives what can be run, or raises why it cannot be. Bounded in time by the limits
of the settings and in memory by keeping short documents only.
"""

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    TokenKind,
    ValidationRule,
    VariableNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.execution.values import VariableValues

from graphql_schema.addresses import is_wordless
from graphql_schema.cost import points_of, size_of
from graphql_schema.introspection import asks_for_schema
from graphql_schema.limits import check_cost, check_tokens
from graphql_schema.plan import Plan
from graphql_schema.planning import Unplanned, plan
from hub.errors import QueryTooDeep
from hub.redaction import redact
from hub.settings import Settings

KEPT_DOCUMENTS = 300
KEPT_PLANS = 16
"""Plans per document: conditions are seldom many, and a caller could try all that there are."""
KEPT_POINTS = 100
LONGEST_KEPT = 4_000
MOST_COMMENTS = 1_000
MOST_ERRORS = 20
DIGEST_BYTES = 16
_LITERALS = frozenset({TokenKind.STRING, TokenKind.BLOCK_STRING, TokenKind.INT, TokenKind.FLOAT})


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


class Document:
    """A valid document, and the plans of its operations: one for each outcome of the conditions in it.

    ``digest`` tells it from others and says nothing of the values in it.
    """

    def __init__(self, schema: GraphQLSchema, node: DocumentNode) -> None:
        self.node = node
        self.digest = _digest(node)
        self.fragments = {one.name.value: one for one in node.definitions if isinstance(one, FragmentDefinitionNode)}
        self.asks_for_schema = asks_for_schema(node)
        self._schema = schema
        self._conditions = tuple(_conditions(node))
        self._plans: dict[Hashable, Plan | None] = {}
        self._points: dict[Hashable, int] = {}

    def points(self, operation: OperationDefinitionNode, variables: Mapping[str, object]) -> int:
        """What an operation is worth; worked out once for all variables that are as long or as large."""
        declared = (node.variable.name.value for node in operation.variable_definitions or ())
        sizes = (id(operation), *(size_of(variables.get(name)) for name in declared))
        if sizes not in self._points:
            if len(self._points) >= KEPT_POINTS:
                self._points.clear()
            self._points[sizes] = points_of(operation, self.fragments, variables)
        return self._points[sizes]

    @cached_property
    def is_wordless(self) -> bool:
        """Whether nobody can be named in its arguments."""
        return is_wordless(self._schema, self.node)

    def plan(self, operation: OperationDefinitionNode, variables: VariableValues) -> Plan | None:
        """The plan of an operation; None where the library has to run it."""
        outcome = (id(operation), *(variables.coerced.get(name) for name in self._conditions))
        if outcome not in self._plans:
            if len(self._plans) >= KEPT_PLANS:
                self._plans.clear()
            self._plans[outcome] = self._planned(operation, variables)
        return self._plans[outcome]

    def _planned(self, operation: OperationDefinitionNode, variables: VariableValues) -> Plan | None:
        try:
            return plan(self._schema, self.node, operation, variables)
        except (Unplanned, GraphQLError):
            return None


class Documents:
    """The prepared documents of one schema."""

    def __init__(self, schema: GraphQLSchema, settings: Settings) -> None:
        self._schema = schema
        self._settings = settings
        self._kept = lru_cache(maxsize=KEPT_DOCUMENTS)(self._prepare)

    def prepare(self, text: str) -> Document:
        """The document in ``text``; raises ``InvalidDocuments``, ``QueryTooDeep`` or ``QueryTooLarge``."""
        return self._kept(text) if len(text) <= LONGEST_KEPT else self._prepare(text)

    def _prepare(self, text: str) -> Document:
        try:
            check_tokens(text, self._settings.max_query_tokens)
            document = parse(text, max_tokens=self._settings.max_query_tokens, max_comments=MOST_COMMENTS)
            check_cost(document, self._settings)
            errors = validate(self._schema, document, (*specified_rules, PlainNames), max_errors=MOST_ERRORS)
        except GraphQLError as error:
            raise InvalidDocuments([error]) from None
        except RecursionError:
            raise QueryTooDeep(limit=self._settings.max_query_depth) from None
        if errors:
            raise InvalidDocuments(errors)
        return Document(self._schema, document)


def _digest(document: DocumentNode) -> str:
    """The digest of a document's tokens, with no value among them: not what is asked, but how."""
    tokens: list[str] = []
    token = document.loc.start_token if document.loc else None
    while token:
        if token.kind is not TokenKind.COMMENT:
            tokens.append(token.kind.value if token.kind in _LITERALS else token.value or token.kind.value)
        token = token.next
    return blake2b("\0".join(tokens).encode(), digest_size=DIGEST_BYTES).hexdigest()


def _conditions(document: DocumentNode) -> list[str]:
    """The variables by which fields are skipped or included."""
    found = _Conditions()
    visit(document, found)
    return sorted(found.names)


class _Conditions(Visitor):
    """Gathers the variables by which fields are skipped or included."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:  # noqa: ANN401
        """Look at one directive."""
        if node.name.value in ("include", "skip"):
            given = (argument.value for argument in node.arguments or ())
            self.names.update(value.name.value for value in given if isinstance(value, VariableNode))
