"""Tell how far a submission is: to the department that answers for its register, and to the platform office.

Takes a viewer and an id; gives counts and instants, never a line. What is not the viewer's to know is told like what
there is none of.
"""

from uuid import UUID

from hub.access import Role, Viewer, may_submit
from hub.desk.desk import Desk
from hub.store.submissions import Progress, find_progress


async def submission_of(desk: Desk, viewer: Viewer, submission_id: UUID) -> Progress | None:
    """How far a submission is; None where there is none that the viewer may know of."""
    async with desk.database.connection() as connection:
        found = await find_progress(connection, submission_id)
    if found is None or found.register not in desk.model.registers:
        return None
    return found if Role.INFORMATION_MANAGER in viewer.roles or may_submit(desk.model, viewer, found.register) else None
