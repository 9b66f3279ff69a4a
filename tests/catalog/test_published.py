"""A version of the catalog says who decides on which day; what it does not speak of is as the model says."""

from datetime import date

from msgspec.structs import replace

from hub.catalog import Authority, Catalog, Content, EntityKind, Model, concerned, content_of, differences, overlaid

PERSON = EntityKind.NATURAL_PERSON
TURN = date(2027, 1, 1)


def naming(model: Model, *rules: Authority) -> Content:
    """The model's content, with other rules over the names of persons."""
    content = content_of(model)
    return replace(content, authority=content.authority | {PERSON: content.authority[PERSON] | {"name": rules}})


def test_a_rule_decides_from_its_day_on(model: Model) -> None:
    old, new = Authority("household.name", "old"), Authority("birthCertificate.newbornName", "new", since=TURN)
    catalog = Catalog(model, 2, naming(model, new, old))
    assert catalog.items(PERSON, date(2026, 12, 31))["name"].authority == (old,)
    assert catalog.items(PERSON, TURN)["name"].authority == (new, old)
    assert catalog.next_turn(PERSON, date(2026, 12, 31)) == TURN
    assert catalog.next_turn(PERSON, TURN) is None
    assert catalog.next_turn(EntityKind.LEGAL_ENTITY, date(2026, 12, 31)) is None


def test_a_version_that_is_taken_from_the_model_decides_as_the_model_does(model: Model) -> None:
    catalog = Catalog(model, 1, content_of(model))
    assert all(catalog.items(kind, TURN) == model.merged[kind] for kind in EntityKind)


def test_what_a_version_does_not_speak_of_is_as_the_model_says(model: Model) -> None:
    rule = Authority("birthCertificate.newbornName", "new")
    partial = Content({PERSON: {"name": (rule,)}}, {}, {})
    assert Catalog(model, 1, partial).items(PERSON, TURN)["sex"] == model.merged[PERSON]["sex"]
    assert overlaid(partial, content_of(model)) == naming(model, rule)


def test_who_is_concerned_by_another_version_has_records_of_a_rule_in_question(model: Model) -> None:
    other = naming(model, *reversed(content_of(model).authority[PERSON]["name"]))
    assert concerned(content_of(model), content_of(model)) == set()
    assert {"household", "birthCertificate"} <= concerned(content_of(model), other)
    assert "businessRegistration" not in concerned(content_of(model), other)


def test_two_versions_differ_in_what_is_listed(model: Model) -> None:
    other = naming(model, Authority("household.name", "new"))
    (difference,) = differences(content_of(model), other)
    assert difference.subject == "authority of NaturalPerson.name"
    assert difference.after == (Authority("household.name", "new"),)
