"""One spelling of a name, to compare and to find by: width, case, dots and blanks do not count. Never to show."""

import unicodedata

LAST = "\U0010ffff"
"""Sorts after every character that counts."""
_DOTS = frozenset(".·•‧∙⋅᛫⸱●・")
"""What stands between the parts of a name: as often left out as written, and in every shape of a dot."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


def comparable(name: str) -> str:
    """``name`` as names are compared; a quote or a percent sign counts like any other character."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(character for character in folded if _counts(character))
    return kept if kept == name else comparable(kept)  # what was dropped may have parted what folds together


def _counts(character: str) -> bool:
    return not (
        character.isspace()
        or character in _DOTS
        or character == LAST
        or unicodedata.category(character) in _UNSEEN
        or _is_variation_selector(character)
    )


def _is_variation_selector(character: str) -> bool:
    """Whether it only says which drawing of the character before it is meant."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
