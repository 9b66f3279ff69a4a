"""Merge what registers say of one entity into its view.

Pure: takes the states in force and the model, gives a ``View`` whose every value carries its reason.
Never reads the clock, the database or the request.
"""

from hub.merge.card import Card, card_of
from hub.merge.documents import KeptView, decode, encode
from hub.merge.survivorship import merge
from hub.merge.view import Choice, Merged, Record, Source, Telling, View, changed_items, entity_of

__all__ = [
    "Card",
    "Choice",
    "KeptView",
    "Merged",
    "Record",
    "Source",
    "Telling",
    "View",
    "card_of",
    "changed_items",
    "decode",
    "encode",
    "entity_of",
    "merge",
]
