"""The terms on which items are shared: every item has some, and they go by the most exact table that speaks of it."""

from pathlib import Path

import msgspec
import pytest

from hub.catalog import (
    Content,
    EntityKind,
    Model,
    ObjectionPolicy,
    SharingType,
    Terms,
    Topic,
    content_of,
    differences,
    examine,
    in_words,
    load_model,
    overlaid,
    responsible,
)
from hub.catalog.dictionary import as_markdown, as_page, shared_items
from hub.catalog.names import Reserved
from tests.catalog.published import as_modelled

PERSON, LEGAL = EntityKind


@pytest.mark.parametrize("kind", EntityKind)
def test_no_item_lacks_terms_or_a_responsible_department(model: Model, kind: EntityKind) -> None:
    catalog = as_modelled(model)
    for leaf, terms in catalog.sharing[kind].items():
        assert responsible(catalog, kind, leaf), leaf
        assert terms.basis, leaf
        assert (terms.type is SharingType.NOT_SHARED) == (not terms.modes), leaf


def test_what_is_sensitive_is_never_open(model: Model) -> None:
    for kind in EntityKind:
        for leaf, sensitivity in model.leaves[kind].items():
            assert (model.terms[kind][leaf].type is SharingType.OPEN) == (sensitivity == "O"), leaf


def test_a_table_that_names_an_item_counts_before_one_of_its_sensitivity(tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text(
        '[[sharing]]\nentity = "NATURAL_PERSON"\nitems = ["household"]\ntype = "OPEN"\nbasis = "a"\n'
        '[[sharing]]\nentity = "NATURAL_PERSON"\nitems = ["household.photo"]\ntype = "CONDITIONAL"\nmasked = true\n',
        encoding="utf-8",
    )
    terms = load_model(tmp_path).terms[PERSON]
    assert terms["household.townOrSubdistrict"] == Terms(type=SharingType.OPEN, basis="a")
    assert terms["household.photo"] == Terms(type=SharingType.CONDITIONAL, masked=True)
    assert terms["name"].type is SharingType.CONDITIONAL


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('type = "OPEN"', "terms are those of a sensitivity, or of items of an entity"),
        ('type = "OPEN"\nsensitivity = "O"\nentity = "LEGAL_ENTITY"\nitems = ["name"]', "give either"),
        ('type = "OPEN"\nentity = "LEGAL_ENTITY"\nitems = ["nothing"]', "no governed item nothing"),
        ('type = "OPEN"\nsensitivity = "O"\nforbidden = ["SPORT"]', "no purpose SPORT"),
        ('type = "SECRET"\nsensitivity = "O"', "SECRET"),
    ],
)
def test_terms_that_cannot_be_meant_are_a_mistake_with_a_line(tmp_path: Path, table: str, problem: str) -> None:
    (tmp_path / "terms.toml").write_text(f"[[sharing]]\n{table}\n", encoding="utf-8")
    _, mistakes = examine(tmp_path, Reserved())
    assert [mistake for mistake in mistakes if problem in mistake.message and "terms.toml:" in mistake.message]


def test_a_version_that_says_nothing_of_terms_takes_them_from_the_model(model: Model) -> None:
    told = msgspec.json.decode(msgspec.json.encode(content_of(model)))
    del told["sharing"]
    old = msgspec.convert(told, Content)
    assert old.sharing == {}
    assert overlaid(old, content_of(model)) == content_of(model)


def test_other_terms_are_a_difference_in_words(model: Model) -> None:
    before = content_of(model)
    terms = msgspec.structs.replace(
        before.sharing[PERSON]["name"], objection=ObjectionPolicy.SUSPEND, scope=("民政局",)
    )
    after = msgspec.structs.replace(before, sharing=before.sharing | {PERSON: before.sharing[PERSON] | {"name": terms}})
    (found,) = differences(before, after)
    assert (found.topic, found.name) == (Topic.SHARING, "name")
    assert "scope: 民政局" in in_words(found.after)[0]
    assert "SUSPEND" in in_words(found.after)[0]
    assert "SUSPEND" not in in_words(found.before)[0]


def test_the_printed_catalog_names_every_item_once_and_escapes_what_it_prints(model: Model) -> None:
    table = shared_items(as_modelled(model))
    assert [row[1] for row in table.rows] == [leaf for kind in EntityKind for leaf in model.leaves[kind]]
    page = as_page("<catalog>", [table])
    assert "<catalog>" not in page
    assert page.count("<tr>") == len(table.rows) + len(EntityKind)
    assert "公安" in page
    assert as_markdown([table], "Catalog").count("| OPEN |") == sum(row[5] == "OPEN" for row in table.rows)
