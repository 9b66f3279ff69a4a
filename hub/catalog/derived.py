"""The rules by which a derived item follows from other items of the same line.

Pure: takes normalised values (or None where the line says nothing), gives a payload value or ``SILENT``.
"""

from collections.abc import Callable
from typing import Final

from hub.identifiers import citizen_id

SILENT: Final = object()
"""What a rule gives when nothing follows."""


def birth_date_of_id_number(id_number: object) -> object:
    """Digits 7 to 14 of the ID number (GB 11643): Article 9 lists no birth date."""
    return citizen_id.birth_date(id_number).isoformat() if isinstance(id_number, str) else SILENT


def life_status_of_household(status: object, cancel_reason: object) -> object:
    """A household registration in force means alive, one cancelled by death means deceased; moving out says nothing."""
    if _code(status) == "NORMAL":
        return {"code": "ALIVE"}
    return {"code": "DECEASED"} if _code(cancel_reason) == "DEATH" else SILENT


def _code(value: object) -> object:
    return value.get("code") if isinstance(value, dict) else None


RULES: dict[str, Callable[..., object]] = {
    "birth_date_of_id_number": birth_date_of_id_number,
    "life_status_of_household": life_status_of_household,
}
"""The rules by the name that model files use; ``constant`` gives the derivation's own value."""
