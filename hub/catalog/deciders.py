"""Check the merged items: that each has a decider, and that what would decide it is of its kind.

Takes the model and one of its files; gives the mistakes of that file, each with the path it is written at.
"""

from collections.abc import Iterator

from hub.catalog.contents import Model, ModelFile
from hub.catalog.kinds import PARTS, SHAPED, ItemType
from hub.catalog.merged_item import MergedItem
from hub.catalog.soundness import names_kind

Problem = tuple[str, str]
_ONE_VALUE = frozenset(ItemType) - (frozenset(PARTS) - {ItemType.CODED}) - frozenset(SHAPED)
"""The types of which an entity can have one value: all but small records."""
_TAKES = {
    ItemType.PARTIAL_DATE: (ItemType.PARTIAL_DATE, ItemType.DATE),
    ItemType.PARTIAL_TIME: (ItemType.PARTIAL_TIME, ItemType.PARTIAL_DATE, ItemType.DATE),
}
"""The types whose values also are values of a less exact one."""


def undecidable(model: Model, file: ModelFile) -> Iterator[Problem]:
    """The mistakes in the merged items of one file."""
    for index, item in enumerate(file.merged_item):
        at = f"merged_item[{index}]"
        first = next(one for one in model.merged_items if (one.entity, one.name) == (item.entity, item.name))
        if item is not first:
            yield f"{at}.name", f"{item.name} is defined twice; choose another name"
        if item.codes and item.codes not in model.code_lists:
            yield f"{at}.codes", f"there is no code list {item.codes}; name one of the model, or add it"
        if item.type is ItemType.CODED and not item.codes:
            yield f"{at}.name", f"{item.name} is coded and must name its code list; add codes"
        if item.type not in _ONE_VALUE:
            yield f"{at}.type", f"an item of an entity cannot be of type {item.type}; make one for each of its parts"
        else:
            yield from _rules(model, item, at)


def _rules(model: Model, item: MergedItem, at: str) -> Iterator[Problem]:
    if item.type is ItemType.IDENTIFIER:
        yield from _key(item, at)
        return
    if not item.authority:
        yield f"{at}.name", f"{item.name} has no authority: no register may decide it; name the first that does"
    paths = [(f"{at}.authority", authority.source) for authority in item.authority]
    for path, source in [*paths, *((f"{at}.compare", source) for source in item.compare)]:
        if problem := _mismatch(model, item, source):
            yield path, problem
    for authority in item.authority:
        for name in authority.unless:
            if name not in model.records:
                yield f"{at}.authority", f"there is no record type {name}; `hub registers` lists them"
            elif name == authority.record_type:
                yield (
                    f"{at}.authority",
                    f"{authority.source} would yield to its own record and never decide; remove {name}",
                )


def _key(item: MergedItem, at: str) -> Iterator[Problem]:
    if item.scheme is None:
        yield f"{at}.name", f"{item.name} is an identifier and must name its scheme; add scheme"
    elif not names_kind(item.scheme, item.entity):
        yield f"{at}.scheme", f"{item.scheme} does not name a {item.entity}; name the scheme of one"
    if item.authority:
        yield f"{at}.authority", f"{item.name} is the entity's own key, which nobody decides; remove its authority"


def _mismatch(model: Model, item: MergedItem, source: str) -> str | None:
    """Why the value at ``source`` cannot be a value of ``item``."""
    record = model.records.get(source.partition(".")[0])
    found = model.value_at(source)
    if record is None or found is None:
        return f"there is no item {source}; name one as record.item or record.item.part"
    kind, codes = found
    if record.entity is not item.entity:
        return f"{source} speaks of a {record.entity} and cannot decide for a {item.entity}; name a record of one"
    if kind not in _TAKES.get(item.type, (item.type,)):
        return f"{source} is of type {kind} and {item.name} of type {item.type}; name an item of the same type"
    if item.type is ItemType.CODED and codes != item.codes:
        return f"{source} is coded by {codes} and {item.name} by {item.codes}; name an item of the same code list"
    return None
