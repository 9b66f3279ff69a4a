"""What is kept of every question, and how it is chained so that nothing can be taken out of it unseen.

Takes what a question was; gives an entry, its bytes and the digest that ties it to all before it. Pure: never reads the
clock, the database or a file, and an entry never holds a value of a person.
"""

from hub.audit.chain import Head, begin
from hub.audit.entry import Entry, Kept, Outcome, outcome_of

__all__ = ["Entry", "Head", "Kept", "Outcome", "begin", "outcome_of"]
