"""The closed lists of the model: what kinds of entities, items, bases and standings there are.

Data only: nothing here knows of an item or a register.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

FieldName = Annotated[str, Meta(pattern="^[a-z][A-Za-z0-9]*$")]
Text = Annotated[str, Meta(pattern=r"\S")]
TypeName = Annotated[str, Meta(pattern="^[A-Z][A-Za-z0-9]*$")]
Sensitivity = Literal["O", "P", "S"]
Silence = Literal["NOT_REPORTED", "NOT_COVERED"]


class EntityKind(StrEnum):
    """The two kinds of entity."""

    NATURAL_PERSON = "NATURAL_PERSON"
    LEGAL_ENTITY = "LEGAL_ENTITY"

    @property
    def type_name(self) -> str:
        """The name of the kind's type, as in ``NaturalPerson``."""
        return self.value.title().replace("_", "")

    @property
    def field_name(self) -> str:
        """The name of a field that leads to an entity of the kind, as in ``naturalPerson``."""
        return self.type_name[0].lower() + self.type_name[1:]


class ItemType(StrEnum):
    """How the value of an item is written and read."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    PARTIAL_TIME = "partial_time"
    CODED = "coded"
    IDENTIFIER = "identifier"
    ORGANIZATION = "organization"
    PERSON = "person"
    SUBJECT = "subject"
    OBJECT = "object"
    LIST = "list"


PARTS: Mapping[ItemType, Mapping[str, ItemType]] = {
    ItemType.CODED: {"code": ItemType.TEXT, "name": ItemType.TEXT},
    ItemType.ORGANIZATION: {"name": ItemType.TEXT, "creditCode": ItemType.IDENTIFIER, "code": ItemType.TEXT},
    ItemType.PERSON: {
        "name": ItemType.TEXT,
        "idType": ItemType.CODED,
        "idNumber": ItemType.IDENTIFIER,
        "countryOrRegion": ItemType.CODED,
    },
    ItemType.SUBJECT: {
        "name": ItemType.TEXT,
        "idType": ItemType.CODED,
        "idNumber": ItemType.IDENTIFIER,
        "sex": ItemType.CODED,
        "ethnicity": ItemType.CODED,
        "birthDate": ItemType.PARTIAL_DATE,
        "householdAddress": ItemType.TEXT,
        "countryOrRegion": ItemType.CODED,
        "birthPlace": ItemType.CODED,
        "householdPlace": ItemType.CODED,
    },
}
"""The parts that an item of each compound type may have."""

SHAPED = (ItemType.OBJECT, ItemType.LIST)
"""The types whose values are small records of a shape that the model declares: one of them, or several."""


REFERRED: Mapping[ItemType, EntityKind] = {
    ItemType.PERSON: EntityKind.NATURAL_PERSON,
    ItemType.ORGANIZATION: EntityKind.LEGAL_ENTITY,
}
"""The types whose values refer to an entity, and its kind."""


class Basis(StrEnum):
    """Why an item is in the model: listed by an article, sent for comparison (Art. 19), added, or worked out."""

    LISTED = "LISTED"
    COMPARISON = "COMPARISON"
    EXTENSION = "EXTENSION"
    DERIVED = "DERIVED"


class Role(StrEnum):
    """What an item is to the hub: authoritative, valid inside its own register only, compared only, or a key."""

    AUTHORITATIVE = "AUTHORITATIVE"
    SOURCE_SCOPED = "SOURCE_SCOPED"
    COMPARISON = "COMPARISON"
    KEY = "KEY"


class Standing(StrEnum):
    """With what right a register decides a merged item."""

    AUTHORITATIVE = "AUTHORITATIVE"
    FALLBACK = "FALLBACK"
    DERIVED = "DERIVED"
