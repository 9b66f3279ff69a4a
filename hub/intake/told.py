"""What a line tells of one item: its checked value, parted into what a payload shows and whom it names.

Takes an item and what the source wrote; gives ``Told`` or raises ``Rejected``. Columns repeat themselves, so what was
lately checked is remembered: the same words give the same ``Told``, which nobody may change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from hub.catalog import SHAPED, Item, ItemType, Model
from hub.catalog.unknown import is_unknown
from hub.identifiers.schemes import SCHEMES, Identifier
from hub.intake.values import check_value

Path = tuple[str | int, ...]
"""Where in a payload something lies."""
REMEMBERED = 1_000
"""How many different spellings of an item are remembered."""
_COMPOUND = frozenset({ItemType.PERSON, ItemType.ORGANIZATION, ItemType.SUBJECT})


@dataclass(slots=True, eq=False)
class Told:
    """A checked ``value``, and the ``plain`` one that a payload may hold, unless only the entity ``is_shown`` by it.

    ``references`` and ``sealed`` are the numbers that were parted from it: those that lead to other entities, and
    those of persons. ``content`` is what of it counts, however it was spelt.
    """

    value: object
    is_shown: bool = True
    plain: object = None
    content: object = None
    references: dict[Path, Identifier] = field(default_factory=dict)
    sealed: dict[Path, Identifier] = field(default_factory=dict)

    def part(self, name: str) -> object:
        """The value, or the part of it that has a name."""
        return self.value.get(name) if name and isinstance(self.value, dict) else self.value


class ItemCheck:
    """Checks what lines say of one item."""

    def __init__(self, model: Model, item: Item) -> None:
        self._model = model
        self._item = item
        self._remembered = lru_cache(REMEMBERED, typed=True)(self._told)

    def told(self, given: Sequence[object]) -> Told:
        """What is told by ``given``: the names of parts, or ``""``, and after each what the line says under it."""
        try:
            return self._remembered(*given)
        except TypeError:  # lists and objects are not remembered
            return self._told(*given)

    def _told(self, *given: object) -> Told:
        said = {str(part): value for part, value in zip(given[::2], given[1::2], strict=True)}
        return tell(self._item, check_value(self._model, self._item, said))


def tell(item: Item, value: object) -> Told:
    """What a checked value of an item tells; a secret or former key that only shows at the entity is not shown."""
    if item.placed == "entity" and isinstance(value, Identifier) and _stays_out(item, value):
        return Told(value, is_shown=False)
    told = Told(value)
    told.plain = _plain(told, item, (item.name,), value)
    told.content = _content(told.plain)
    return told


def _plain(told: Told, item: Item, path: Path, value: object) -> object:
    if isinstance(value, Identifier):
        return _number(told, path, value)
    if isinstance(value, list):
        return [_members(told, item, (*path, place), entry) for place, entry in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if item.type in _COMPOUND:
        return _compound(told, item, path, value)
    return _members(told, item, path, value) if item.type in SHAPED else value


def _members(told: Told, item: Item, path: Path, value: Mapping[str, object]) -> dict[str, object]:
    members = {member.name: member for member in item.members}
    return {name: _plain(told, members[name], (*path, name), inner) for name, inner in value.items()}


def _compound(told: Told, item: Item, path: Path, value: Mapping[str, object]) -> dict[str, object]:
    """A person or an organisation: the number leads to the entity, unless it is the record's own."""
    for part in value.values():
        if isinstance(part, Identifier) and SCHEMES[part.scheme].finds and item.type is not ItemType.SUBJECT:
            told.references[path] = part
    return {
        name: _number(told, (*path, name), part) if isinstance(part, Identifier) else part
        for name, part in value.items()
    }


def _number(told: Told, path: Path, key: Identifier) -> object:
    """A credit code as it is, for it is no secret; for a number of a person the place of its id."""
    if not SCHEMES[key.scheme].identity:
        return key.value
    told.sealed[path] = key
    return None


def _stays_out(item: Item, key: Identifier) -> bool:
    return SCHEMES[key.scheme].identity or item.former_of is not None


def _content(value: object) -> object:
    """A payload value without the spelling of known codes: 男 and 1 are one statement, and so are words for unknown."""
    if isinstance(value, list):
        return [_content(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if is_unknown(value):
        return {"unknown": ""}
    coded = value.get("code") is not None
    return {name: _content(part) for name, part in value.items() if not (coded and name == "raw")}
