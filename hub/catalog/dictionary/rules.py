"""The rows of the data dictionary that tell of rules across registers: cross-checks, purposes, what search goes by."""

from collections.abc import Iterator

from hub.catalog.contents import Model

Row = tuple[str, ...]
_AND = ", "
CHECK_COLUMNS = (
    "cross-check",
    "名称",
    "title",
    "entity",
    "rule",
    "holds against each other",
    "days",
    "codes",
    "allows",
    "belongs to",
    "article",
    "note",
)


def check_rows(model: Model) -> Iterator[Row]:
    """A row for every cross-check."""
    for check in model.cross_checks.values():
        allowed = (f"{code} begins with {' or '.join(texts)}" for code, texts in check.allowed.items())
        yield (
            check.name,
            check.zh,
            check.title,
            check.entity,
            check.rule,
            "; ".join(_AND.join(entry) for entry in check.of),
            str(check.days or ""),
            _AND.join(check.codes),
            "; ".join(allowed),
            check.register or "the register of the record in question",
            check.article,
            check.note,
        )


PURPOSE_COLUMNS = ("purpose", "名称", "title", "known by the words", "entity", "forbids", "basis")


def purpose_rows(model: Model) -> Iterator[Row]:
    """A row for everything that a purpose forbids."""
    for purpose in model.purposes:
        for forbidden in purpose.forbids:
            words = _AND.join(purpose.words)
            yield (
                purpose.name,
                purpose.zh,
                purpose.title,
                words,
                forbidden.entity,
                forbidden.item,
                forbidden.basis,
            )


CARD_COLUMNS = ("entity", "column", "filled from the first that speaks")


def card_rows(model: Model) -> Iterator[Row]:
    """A row for every column of the card that entities of a kind are listed and found by."""
    for kind, columns in model.cards.items():
        for column, sources in columns.items():
            yield (kind, column, _AND.join(sources))
