"""What exists, who decides and under which law: the model, read from TOML files.

Takes the shipped model and the files of HUB_MODEL_DIR; gives one immutable, cross-checked ``Model``.
Never asks the database and never sees a value of a person.
"""

from hub.catalog.loader import load_model
from hub.catalog.shape import (
    PARTS,
    SHAPED,
    Authority,
    Basis,
    CodeList,
    Department,
    Edge,
    EntityKind,
    Item,
    ItemType,
    MergedItem,
    Model,
    Part,
    RecordType,
    Register,
    Shape,
    Standing,
)

__all__ = [
    "PARTS",
    "SHAPED",
    "Authority",
    "Basis",
    "CodeList",
    "Department",
    "Edge",
    "EntityKind",
    "Item",
    "ItemType",
    "MergedItem",
    "Model",
    "Part",
    "RecordType",
    "Register",
    "Shape",
    "Standing",
    "load_model",
]
