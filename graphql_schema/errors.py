"""What a caller reads of an error: the hub's own words and a code from one closed list, nothing internal.

Takes whatever went wrong; gives the error as GraphQL formats it. The text of an unexpected exception never leaves.
"""

import logging
from typing import Any

from graphql import GraphQLError

from hub import telemetry
from hub.errors import HubError, InvalidDocument

_log = logging.getLogger("hub.graphql")


def error_extensions(error: HubError) -> dict[str, Any]:
    """The extensions that tell a program what happened and a person what to do."""
    return {"code": error.code, "hint": error.hint}


def public_error(error: GraphQLError) -> dict[str, Any]:
    """``error`` as the caller may read it."""
    formatted = dict(error.formatted)
    cause = error.original_error
    if isinstance(cause, HubError):
        return formatted | {"message": cause.message, "extensions": error_extensions(cause)}
    if error.extensions and "code" in error.extensions:
        return formatted
    if cause is None:
        return formatted | {
            "message": telemetry.redact(error.message),
            "extensions": error_extensions(InvalidDocument(problem="")),
        }
    _log.error("a resolver failed", exc_info=cause)
    fault = HubError()
    trace = {"trace": telemetry.trace_id()} if telemetry.trace_id() else {}
    return formatted | {"message": fault.message, "extensions": error_extensions(fault) | trace}
