"""What the schema calls ``id``: of an entity its global id, of anything else its own id as text.

Takes a text; gives the id, or raises.
"""

from uuid import UUID

from hub.catalog.global_id import global_id, parse_global_id
from hub.errors import HubError

__all__ = ["global_id", "parse_global_id", "parse_id"]


def parse_id(text: str, unknown: HubError) -> UUID:
    """The id of something that is no entity; raises ``unknown`` for a text that is the id of nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise unknown from None
