"""How much of what the sample city holds: every share is a chance between 0 and 1, stated here and nowhere else.

Shares of lines are of the lines of the first deliveries, each of which meets at most one of these fates.
"""

MIGRANTS = 0.10
"""Persons without a household record: other registers know them."""

CONFLICTS = 0.02
"""Persons whose name in social security, or in civil affairs, differs from the household's."""

DECEASED = 0.01
"""Persons whose household record is cancelled by death."""

MOVED_OUT = 0.01
"""Persons whose household record is cancelled because they moved out."""

NUMBERED_FIRST = 0.03
"""Businesses that come with a registration number alone and get their credit code in a later delivery."""

OUTSIDERS = 0.05
"""Representatives who have no record of their own in any register."""

CHANGES = 0.05
"""Lines whose record changes in a later delivery."""

CORRECTIONS = 0.02
"""Lines that a later delivery corrects for the same effective date; records without one have no corrections."""

REPEATS = 0.03
"""Lines that a later delivery says again, unchanged."""

LATE = 0.01
"""Lines followed by one whose delivery was made earlier than another that is loaded before it."""

BROKEN = 0.01
"""Lines that cannot be taken in, each for one of five reasons; of two lines with one key only the second."""
