"""Entity ids: random UUIDs of version 7 (RFC 9562), which say nothing about anyone.

Takes the instant of creation, so that ids made together lie together in an index; reads no clock.
"""

import os
from datetime import datetime
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62
_RANDOM = ~((0xFFFFFFFFFFFF << 80) | (0xF << 76) | (0x3 << 62)) & ((1 << 128) - 1)


def new_id(at: datetime) -> UUID:
    """A new UUIDv7 of the millisecond of ``at``; 74 of its bits are random."""
    milliseconds = int(at.timestamp() * 1000)
    noise = int.from_bytes(os.urandom(16)) & _RANDOM
    return UUID(int=(milliseconds << 80) | _VERSION_7 | _VARIANT | noise)
