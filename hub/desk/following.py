"""Follow the feed of changes as it grows.

Takes a cursor; gives changes one by one, without end. Holds one page at most and reads the next one only when the last
change of it was taken, so that a slow reader costs nothing but time; what is granted is decided anew for each page, and
a page that was not taken within a moment is read again.
"""

import asyncio
from collections.abc import AsyncGenerator

from hub.access import Viewer
from hub.desk.desk import Desk
from hub.desk.feed import Filter, Told, changes, latest_change
from hub.store.bell import Bell

PAGE = 50
FRESH_SECONDS = 0.5
"""How long a page that was read may be told from."""
HELD_BACK_SECONDS = 0.5


async def follow(
    desk: Desk, viewer: Viewer, after: str | None, wanted: Filter, bell: Bell, poll_seconds: float
) -> AsyncGenerator[Told, None]:
    """Every change after the cursor ``after``, or from now on; looked for when ``bell`` rings and every so often.

    Nothing rings when the transaction ends that held a change back, so such a change is soon looked for again.
    """
    clock = asyncio.get_running_loop().time
    async with bell.heard(desk.database.direct_url):
        if after is None:
            latest = await latest_change(desk, viewer)
            after = latest.cursor if latest else None
        while True:
            rung, asked = bell.rung, clock()
            page = await changes(desk, viewer, after, PAGE, wanted)
            for told in page.told:
                if clock() - asked > FRESH_SECONDS:
                    break
                yield told
                after = told.cursor
            else:
                after = page.cursor
                if not page.more:
                    await bell.wait(
                        rung, min(HELD_BACK_SECONDS, poll_seconds) if page.held_back_since else poll_seconds
                    )
