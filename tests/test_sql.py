"""Every query of the hub has a name of its own and a sentence that says what it promises."""

from importlib import resources

import pytest

from hub.sql import parse, queries

SHIPPED = sorted(
    file.name.removesuffix(".sql") for file in resources.files("hub.sql").iterdir() if file.name.endswith(".sql")
)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_file_keeps_the_form(name: str) -> None:
    assert queries(name)


def test_a_query_runs_from_its_sentences_to_the_next_name() -> None:
    first = "-- first\n-- It promises this.\n-- And that.\nSELECT 1\n  -- why\n\nFROM x;\n"
    text = f"{first}\n-- second\n-- It too.\nSELECT 2;\n"
    assert parse(text, "example") == {"first": "SELECT 1\n  -- why\n\nFROM x;", "second": "SELECT 2;"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("-- lonely\nSELECT 1;\n", "lonely has no sentence"),
        ("-- empty\n-- It promises much.\n", "empty has no SQL"),
        ("-- twin\n-- One.\nSELECT 1;\n\n-- twin\n-- Two.\nSELECT 2;\n", "two queries are named twin"),
        ("SELECT 1;\n", "must open with"),
    ],
)
def test_a_file_that_breaks_the_form_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(text, "example")
