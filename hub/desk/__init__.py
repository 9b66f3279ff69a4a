"""The only reader: check access, read, log, answer.

Takes a viewer, entities and the items asked for; gives answers that hold what was granted and nothing else.
Never writes anything but the access log, and gives no answer before its log row is durable.
"""

from hub.desk.answer import Answer, Referrer
from hub.desk.desk import Desk, Key
from hub.desk.identifiers import OwnIdentifier, identifiers
from hub.desk.verify import verify

__all__ = ["Answer", "Desk", "Key", "OwnIdentifier", "Referrer", "identifiers", "verify"]
