"""Refuse a value, naming the column it stands in and why.

Takes an item or a part of it; gives its ``Column``, whose rejections hold titles and never the value.
"""

from dataclasses import dataclass

from hub.catalog import Item, Part
from hub.reasons import Reason, ReasonCode, reason


class Rejected(Exception):
    """A value cannot be taken in, for ``reason``."""

    def __init__(self, why: Reason) -> None:
        self.reason = why
        super().__init__(why.en)


@dataclass(frozen=True, slots=True)
class Column:
    """Where a value stands, in the words of the delivery: for reasons."""

    zh: str
    title: str

    def rejects(self, code: ReasonCode, **particulars: object) -> Rejected:
        """The rejection of this column's value."""
        return Rejected(reason(code, column=self.zh, title=self.title, **particulars))


def column_of(item: Item, part: str | None = None) -> Column:
    """The column that carries an item or one part of it."""
    declared: Part | None = item.parts.get(part) if part else None
    if part is None:
        return Column(item.zh, item.title)
    return Column(declared.zh if declared else f"{item.zh}.{part}", f"{item.title} ({part})")
