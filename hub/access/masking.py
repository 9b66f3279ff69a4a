"""Cover what of a value a masked grant does not show: the policy is data of the model (masks.toml).

Pure: takes a value and its mask; gives a text of the same length.
"""

from hub.catalog import Mask

COVER = "*"


def masked(value: str, mask: Mask) -> str:
    """``value`` with all but its first and last characters covered; one too short for that is covered whole."""
    hidden = len(value) - mask.first - mask.last
    if hidden <= 0:
        return COVER * len(value)
    return value[: mask.first] + COVER * hidden + value[len(value) - mask.last :]
