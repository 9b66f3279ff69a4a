import pytest

from hub.catalog.lines import line_of

TEXT = """\
# a register
[register]
name = "bridges"

[[record]]
name = "bridges"
key = [["number"], ["name"]]

[[record.item]]
name = "number"
parts.code = { zh = "代码" }

[[record.item]]
name = "name" # the second item

[[record]]
name = "tunnels"

[[record.item]]  # of the second record
name = "length"
columns = [
    "长度",
    ["a"],
]
type = "integer"

[code_list.codes]
1 = "one"
"二" = "two"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("$.register", 2),
        ("$.register.name", 3),
        ("$.record[0].key", 7),
        ("$.record[0].key[1]", 7),
        ("$.record[0].item[0].name", 10),
        ("$.record[0].item[0].parts.code", 11),
        ("$.record[0].item[0].parts.code.zh", 11),
        ("$.record[0].item[1].name", 14),
        ("$.record[1].item[0]", 19),
        ("$.record[1].item[0].columns[0]", 21),
        ("$.record[1].item[0].type", 25),
        ("code_list.codes.1", 28),
        ("code_list.codes.二", 29),
    ],
)
def test_a_path_is_found_on_the_line_it_is_written_on(path: str, line: int) -> None:
    assert line_of(TEXT, path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("$.record[0].item[1].type", 13),
        ("$.record[1].article", 16),
        ("$.code_list.codes[...]", 27),
        ("$.department[3].name", 1),
        ("$", 1),
        ("", 1),
    ],
)
def test_what_is_not_written_is_shown_at_what_encloses_it(path: str, line: int) -> None:
    assert line_of(TEXT, path) == line
