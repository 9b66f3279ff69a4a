"""How much of what the sample city holds: every share is a chance between 0 and 1, stated here and nowhere else.

Shares of lines are of the lines of the first deliveries, each of which meets at most one of these fates.
"""

MIGRANTS = 0.10
"""Persons from elsewhere in the country, who have no household here but a residence permit."""

BEYOND_THE_BORDER = 0.01
"""Persons from Hong Kong, Macao and Taiwan, known by a permit to travel, by an ID number of theirs, or by both."""

ABROAD = 0.005
"""Foreigners, known by their passports."""

CONFLICTS = 0.02
"""Persons whose name in social security, or in civil affairs, differs from the household's."""

DECEASED = 0.03
"""Persons of 45 years or more who died: half of the deaths are known to health and the household, others to one."""

MOVED_OUT = 0.01
"""Persons whose household record is cancelled because they moved out."""

NEWBORN = 0.08
"""Couples of an age for it to whom a child was born since the middle of 2024."""

TWINS = 0.02
"""Births of two."""

CORRECTED_NUMBERS = 0.005
"""Persons whose ID number the household corrects: what others said under the former one is theirs all the same."""

NUMBERED_FIRST = 0.03
"""Businesses and private non-enterprise units that get their credit code in a later delivery."""

NEVER_NUMBERED = 0.02
"""Those that still have none: a registration or certificate number alone leads to them."""

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

ENDED = 0.02
"""Lines whose record a later delivery ends; only benefits, work, accounts and taxes end so."""

ANNOUNCED = 0.005
"""Lines followed by one that holds only from a distant day on."""

WITHDRAWN = 0.005
"""Lines followed by one that should not have been said, and was withdrawn."""

UNKNOWN = 0.01
"""Lines in which the source says that it does not know a date or a code."""

BROKEN = 0.02
"""Lines that cannot be taken in, each for one reason; of two lines with one key only the second."""
