"""What each check finds, in two languages: those of the model, and the two that every entity goes through."""

from typing import NamedTuple

from hub.catalog import Model
from hub.stewardship.claims import CLAIM
from hub.stewardship.discrepancy import COMPARISON


class Title(NamedTuple):
    """What is found, in Chinese and in English."""

    zh: str
    en: str


_EVERYWHERE = {
    COMPARISON: Title("与决定该项的登记不一致", "Another register says something else than the one that decides"),
    CLAIM: Title("同一标识为两个实体所主张", "Another entity claims the same identifier"),
}


def title_of(model: Model, check: str) -> Title:
    """The title of a check; of one that the model no longer has, its name."""
    declared = model.cross_checks.get(check)
    return Title(declared.zh, declared.title) if declared else _EVERYWHERE.get(check, Title(check, check))
