"""A register and the departments that answer for it, now and before.

Decoded from ``[register]`` and ``[[department]]`` tables.
"""

from datetime import date

from msgspec import Struct

from hub.catalog.duty import Duty
from hub.catalog.kinds import Text


class Department(Struct, frozen=True, forbid_unknown_fields=True):
    """A body that is responsible for registers; ``successor_of`` names the bodies it took over from."""

    name: Text
    title: Text
    zh: Text
    successor_of: tuple[str, ...] = ()


class Former(Struct, frozen=True, forbid_unknown_fields=True):
    """A department that was responsible for a register until (and without) a day."""

    department: Text
    until: date


class Register(Struct, frozen=True, forbid_unknown_fields=True):
    """A source of records for which one department is accountable.

    The departments ``joint`` collect for it and may deliver to it; those in ``formerly``, in the order of time, were
    accountable before. ``update_duty`` says in words what ``duty`` says for the calendar.
    """

    name: Text
    title: Text
    zh: Text
    department: Text
    article: Text
    update_duty: Text
    duty: Duty | None = None
    joint: tuple[str, ...] = ()
    formerly: tuple[Former, ...] = ()

    def accountable_on(self, day: date) -> str:
        """The department that was responsible for the register on ``day``."""
        return next((former.department for former in self.formerly if day < former.until), self.department)

    @property
    def departments(self) -> tuple[str, ...]:
        """Every department that the register names."""
        return (self.department, *self.joint, *(former.department for former in self.formerly))
