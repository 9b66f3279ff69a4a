"""What a caller reads of an error: the hub's own words and a code from one closed list, nothing internal.

Takes whatever went wrong; gives the error as GraphQL formats it. Neither the text of an unexpected exception nor a
value that the caller gave ever leaves.
"""

import logging
import re
from typing import Any

from graphql import GraphQLError

from hub import telemetry
from hub.errors import HubError, InvalidDocument, Kind, Unavailable
from hub.redaction import redact

_log = logging.getLogger("hub.graphql")
_VALUE = re.compile(r"(?<!invalid )\bvalue: |found: ")
_WORDS_AND_NAMES = re.compile(
    r"""(?: [A-Za-z\ ,.;:$!?@()<>/_-]    # the library's own words
          | \d{1,4} (?!\d)              # a limit or a place
          | \[ \d{1,4} \]
          | ' \[* [$@.]? {name} (?: \. {name} )? (?: \( {name} : \) )? [!\]]* '
          | ' {name} \ \{ \ \.\.\. \ \} '
          | ' [!$&()\[\]{}:=@|.]{1,3} '
        )*""".replace("{name}", r"[_A-Za-z] \w*"),
    re.ASCII | re.VERBOSE,
)


def error_extensions(error: HubError) -> dict[str, Any]:
    """The extensions that tell a program what happened and a person what to do."""
    return {"code": error.code, "hint": error.hint}


def hub_error(error: HubError) -> dict[str, Any]:
    """One of the hub's own errors as the caller may read it; what only its operators can mend is not spelt out."""
    if error.kind is Kind.UNAVAILABLE:
        _log.warning("unavailable: %s", error.code)
        error = Unavailable()
    return {"message": error.message, "extensions": error_extensions(error)}


def fault(cause: BaseException) -> dict[str, Any]:
    """What a caller reads of anything unexpected: nothing but a trace id to tell the platform office."""
    _log.error("an answer failed", exc_info=cause)
    told = hub_error(HubError())
    told["extensions"]["trace"] = telemetry.trace_id()
    return told


def public_error(error: GraphQLError) -> dict[str, Any]:
    """``error`` as the caller may read it."""
    formatted = dict(error.formatted)
    cause = error.original_error
    if isinstance(cause, HubError):
        return formatted | hub_error(cause)
    if error.extensions and "code" in error.extensions:
        return formatted
    if cause is None or error.path is None or _is_about_arguments(cause):
        return formatted | {
            "message": without_values(error.message),
            "extensions": error_extensions(InvalidDocument(problem="")),
        }
    return formatted | fault(cause)


def _is_about_arguments(cause: BaseException) -> bool:
    """Whether the library found fault with an argument, which it can only when a field is reached."""
    return isinstance(cause, GraphQLError) and bool(cause.nodes)


def without_values(message: str) -> str:
    """What the GraphQL library says of a document or its variables, up to the first value that it repeats."""
    safe = _WORDS_AND_NAMES.match(_VALUE.split(message, maxsplit=1)[0])
    kept = safe[0] if safe else ""
    return redact(kept if kept == message else f"{kept.rstrip()} …")
