"""Keep every refusal of a token, with its reason and, where its signature was good, whose it was.

Whoever sends rubbish without end cannot fill the log: so many refusals a minute are kept, of the others how many they
were. A refusal is told whether or not it could be kept.
"""

import logging
import time

from hub import telemetry
from hub.errors import HubError, Unauthenticated
from hub.identity.sessions import Session
from hub.store import sessions
from hub.store.pool import Database
from hub.store.sessions import Refusal

MOST_A_MINUTE = 600
_log = logging.getLogger("hub.identity")


class Refusals:
    """Where one process notes the tokens that it refuses."""

    def __init__(self, database: Database, most_a_minute: int = MOST_A_MINUTE) -> None:
        self._database = database
        self._most = most_a_minute
        self._minute = 0
        self._noted = 0
        self._left_out = 0

    async def note(self, session: Session | None, refused: Unauthenticated) -> None:
        """Keep one refusal."""
        if not self._has_room():
            self._left_out += 1
            return
        reason = str(refused.details["problem"])
        if self._left_out:
            reason += f" (and {self._left_out:,} refusals before it that are not kept one by one)"
            self._left_out = 0
        try:
            async with self._database.connection() as connection:
                await sessions.note_refusal(connection, _kept(session, reason), telemetry.trace_id())
        except HubError as error:
            _log.warning("The refusal of a token could not be kept: %s", error.message)

    def _has_room(self) -> bool:
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._noted = minute, 0
        self._noted += 1
        return self._noted <= self._most


def _kept(session: Session | None, reason: str) -> Refusal:
    if session is None:
        return Refusal(None, None, None, None, reason)
    return Refusal(session.session_id, session.issuer, session.viewer.agency, session.viewer.officer, reason)
