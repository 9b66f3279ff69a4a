"""What exists, who decides and under which law: the model, read from TOML files.

Takes the shipped model and the files of HUB_MODEL_DIR; gives one immutable, cross-checked ``Model``.
Never asks the database and never sees a value of a person.
"""

from hub.catalog.card import CardColumn, CardSource
from hub.catalog.code_list import CodeList
from hub.catalog.contents import Model, ModelFile
from hub.catalog.cross_check import CrossCheck, Place
from hub.catalog.duty import Duty, DutyKind
from hub.catalog.edge import Edge, Ending
from hub.catalog.item import Also, Derivation, Item, Part, Shape
from hub.catalog.kinds import PARTS, REFERRED, SHAPED, Basis, EntityKind, ItemType, Role, Sensitivity, Silence, Standing
from hub.catalog.loader import examine, load_model
from hub.catalog.mask import Mask
from hub.catalog.merged_item import Authority, MergedItem
from hub.catalog.names import Reserved
from hub.catalog.proposal import Proposal, proposed, reordered
from hub.catalog.published import (
    Catalog,
    Content,
    Difference,
    MergedItems,
    Topic,
    concerned,
    content_of,
    differences,
    in_words,
    overlaid,
    removed,
)
from hub.catalog.purpose import Prohibition, Purpose
from hub.catalog.record_type import RecordType
from hub.catalog.register import Department, Former, Register
from hub.catalog.responsible import keepers, responsible
from hub.catalog.sharing import Need, ObjectionPolicy, SharingMode, SharingRule, SharingType, Terms

__all__ = [
    "PARTS",
    "REFERRED",
    "SHAPED",
    "Also",
    "Authority",
    "Basis",
    "CardColumn",
    "CardSource",
    "Catalog",
    "CodeList",
    "Content",
    "CrossCheck",
    "Department",
    "Derivation",
    "Difference",
    "Duty",
    "DutyKind",
    "Edge",
    "Ending",
    "EntityKind",
    "Former",
    "Item",
    "ItemType",
    "Mask",
    "MergedItem",
    "MergedItems",
    "Model",
    "ModelFile",
    "Need",
    "ObjectionPolicy",
    "Part",
    "Place",
    "Prohibition",
    "Proposal",
    "Purpose",
    "RecordType",
    "Register",
    "Reserved",
    "Role",
    "Sensitivity",
    "Shape",
    "SharingMode",
    "SharingRule",
    "SharingType",
    "Silence",
    "Standing",
    "Terms",
    "Topic",
    "concerned",
    "content_of",
    "differences",
    "examine",
    "in_words",
    "keepers",
    "load_model",
    "overlaid",
    "proposed",
    "removed",
    "reordered",
    "responsible",
]
