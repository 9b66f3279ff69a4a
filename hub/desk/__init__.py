"""The only reader: check access, read, log, answer.

Takes a viewer, entities and the items asked for; gives answers that hold what was granted and nothing else.
Never writes anything but the access log, and gives no answer before its log row is durable.
"""

from hub.desk.answer import Answer, Found
from hub.desk.desk import Desk
from hub.desk.edges import Match, Tie
from hub.desk.identifiers import OwnIdentifier, identifiers
from hub.desk.moments import AsOf, moment_of_many, moment_of_one
from hub.desk.verify import verify
from hub.store.reading import Key

__all__ = [
    "Answer",
    "AsOf",
    "Desk",
    "Found",
    "Key",
    "Match",
    "OwnIdentifier",
    "Tie",
    "identifiers",
    "moment_of_many",
    "moment_of_one",
    "verify",
]
