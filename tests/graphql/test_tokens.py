"""Tokens are counted before a document is read, as the library will count them."""

import pytest
from graphql import GraphQLError, Lexer, Source, TokenKind
from hypothesis import given
from hypothesis import strategies as st

from graphql_schema.limits import check_tokens
from hub.errors import QueryTooLarge
from tests.documents import read

PIECES = [
    *("{", "}", "(", ")", "[", "]", ":", "=", "|", "&", "!", "$", "@", "...", " ", ",", "\n", "name", "_x1", "True"),
    *(
        "0",
        "-1",
        "12.5",
        "-3e7",
        "1.5E+3",
        '""',
        '"a"',
        '"\\""',
        '"\\\\"',
        '"#"',
        '""""""',
        '"""a"b\n"""',
        '"""\\""""""',
    ),
    *("# a comment { } \n", "#\n", "\ufeff"),
]


def tokens_of(text: str) -> int:
    """How many tokens the library reads in a text."""
    lexer, count = Lexer(Source(text)), 0
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        count += token.kind is not TokenKind.COMMENT
    return count


def check_counted(text: str) -> None:
    count = tokens_of(text)
    check_tokens(text, count)
    if count:
        with pytest.raises(QueryTooLarge):
            check_tokens(text, count - 1)


def test_the_whole_schema_is_counted_as_the_library_counts_it() -> None:
    check_counted(read("schema.graphql"))


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_document_that_the_library_reads_is_counted_as_it_counts(pieces: list[str]) -> None:
    text = " ".join(pieces)
    try:
        tokens_of(text)
    except GraphQLError:
        return
    check_counted(text)


@given(st.text(max_size=200))
def test_any_text_is_counted(text: str) -> None:
    check_tokens(text, 1_000)
