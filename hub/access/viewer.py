"""Who asks, and in which roles (Hubei Art. 19: who informs, who submits and who queries are never one person).

Pure. Takes what a token says of its bearer; gives a ``Viewer``, and none whose roles may not be held together.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from hub.errors import RolesNotCombinable


class Role(StrEnum):
    """What somebody is to the hub."""

    QUERY_OFFICER = "query_officer"
    VERIFIER = "verifier"
    REPORTER = "reporter"
    INFORMATION_MANAGER = "information_manager"
    CATALOG_OFFICE = "catalog_office"
    AUDITOR = "auditor"
    SECURITY_ADMINISTRATOR = "security_administrator"
    UNIT_HEAD = "unit_head"
    DATA_SUBJECT = "data_subject"
    DEVELOPER = "developer"


DUTIES = (
    frozenset({Role.QUERY_OFFICER, Role.VERIFIER}),
    frozenset({Role.REPORTER}),
    frozenset({Role.INFORMATION_MANAGER}),
)
"""To query, to report and to manage: nobody has two of these."""
ALONE = frozenset({Role.AUDITOR, Role.SECURITY_ADMINISTRATOR, Role.UNIT_HEAD, Role.DATA_SUBJECT})
"""Who watches over others or approves what they do, or speaks for nobody but themselves, is nothing else."""


def check_roles(roles: Collection[Role]) -> None:
    """Raise ``RolesNotCombinable`` unless one person, or one agency's system, may hold all of ``roles``."""
    held = frozenset(roles)
    duties = [held & duty for duty in DUTIES if held & duty]
    if not held or len(duties) > 1 or (held & ALONE and len(held) > 1):
        raise RolesNotCombinable(roles=", ".join(sorted(held)) or "none")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: agency and officer, their roles, the department they report for, the purpose named.

    ``divisions`` are the area codes that they are responsible for; without any, the whole city. Who speaks for
    themselves is known by their own ID number (``subject``) or by the id of their entity (``subject_id``).
    """

    agency: str
    officer: str
    roles: frozenset[Role]
    department: str | None = None
    purpose: str = ""
    divisions: tuple[str, ...] = ()
    subject: str | None = field(default=None, repr=False)
    subject_id: UUID | None = None

    def __post_init__(self) -> None:
        check_roles(self.roles)

    @property
    def named_roles(self) -> str:
        """The roles as rows keep them, in one order."""
        return " ".join(sorted(self.roles))

    @property
    def is_subject(self) -> bool:
        """Whether they speak for themselves, and it is known who they are."""
        return Role.DATA_SUBJECT in self.roles and (self.subject is not None or self.subject_id is not None)

    @property
    def reports_for(self) -> str | None:
        """The department that the viewer reports for, if they are a reporter."""
        return self.department if Role.REPORTER in self.roles else None


def roles_named(text: str) -> frozenset[Role]:
    """The roles of ``named_roles``."""
    return frozenset(map(Role, text.split()))
