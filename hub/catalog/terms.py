"""Cross-check what files say of purposes and of the terms on which items are shared.

Takes the assembled model and one of its files; gives the mistakes of that file, each with the path it is written at.
"""

from collections.abc import Iterator

from hub.catalog.contents import Model, ModelFile

Problem = tuple[str, str]


def unshareable(model: Model, file: ModelFile) -> Iterator[Problem]:
    """What purposes and terms name that there is not."""
    yield from _purposes(model, file)
    yield from _sharing(model, file)
    yield from _masks(model, file)


def _purposes(model: Model, file: ModelFile) -> Iterator[Problem]:
    for index, purpose in enumerate(file.purpose):
        for place, prohibition in enumerate(purpose.forbids):
            if not any(prohibition.forbids(leaf) for leaf in model.leaves[prohibition.entity]):
                yield (
                    f"purpose[{index}].forbids[{place}].item",
                    f"there is no governed item {prohibition.item} of {prohibition.entity}; name one, or a record type",
                )


def _sharing(model: Model, file: ModelFile) -> Iterator[Problem]:
    for index, rule in enumerate(file.sharing):
        at = f"sharing[{index}]"
        if len({rule.sensitivity is None, rule.entity is not None, bool(rule.items)}) > 1:
            yield at, "terms are those of a sensitivity, or of items of an entity; give either"
        leaves = model.leaves[rule.entity] if rule.entity else {}
        for item in rule.items:
            if not any(f"{leaf}.".startswith(f"{item}.") for leaf in leaves):
                yield f"{at}.items", f"there is no governed item {item} of {rule.entity}; name one, or a record type"
        for name in rule.forbidden:
            if all(name != purpose.name for purpose in model.purposes):
                yield f"{at}.forbidden", f"there is no purpose {name}; name one of the model, or add a [[purpose]]"


def _masks(model: Model, file: ModelFile) -> Iterator[Problem]:
    known = {f"{kind.type_name}.{leaf}" for kind, leaves in model.leaves.items() for leaf in leaves}
    for index, mask in enumerate(file.mask):
        for item in mask.items:
            if item not in known:
                yield f"mask[{index}].items", f"there is no governed item {item}; name one, as NaturalPerson.name"
