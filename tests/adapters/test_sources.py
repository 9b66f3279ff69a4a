"""The file that declares sources: what it may say, and every mistake in it by line."""

from pathlib import Path

import pytest

from adapters.sources import chosen, examine_sources, read_sources
from adapters.transports.folder import Folder
from hub.catalog import Model
from hub.errors import InvalidSetting, InvalidSources, UnknownSource
from hub.settings import Settings
from tests.documents import ROOT

GOOD = """\
[[source]]
name = "enrolments"
register = "social_security"
record = "socialInsurances"
schedule = "15m"

[source.transport]
kind = "folder"
path = "in"

[source.columns]
"号" = "recordedSubject.idNumber"
"""
SQL = """kind = 'sql'
url_env = 'URL'
read = { mode = 'full', key = ['id'] }
table = 'a'
"""


def mistakes(model: Model, folder: Path, text: str) -> list[str]:
    path = folder / "adapters.toml"
    path.write_text(text, encoding="utf-8")
    return [mistake.message for mistake in examine_sources(path, model)[1]]


def test_the_example_has_no_mistake_and_gives_its_sources(model: Model) -> None:
    path = ROOT / "docs" / "examples" / "sources" / "adapters.toml"
    sources, found = examine_sources(path, model)
    assert found == []
    enrolments, households = (source for source in sources if isinstance(source.transport, Folder))
    assert (enrolments.name, enrolments.attempts, enrolments.transport) == (
        "enrolments",
        5,
        Folder(path="deliveries/social_security", pattern="*.csv"),
    )
    assert (households.unit, households.retry_after, households.columns) == ("440106", "5m", {})


@pytest.mark.parametrize(
    ("before", "after", "line", "problem"),
    [
        ('"enrolments"', '"Enrolments!"', 2, "Expected `str` matching regex"),
        ('"social_security"', '"weather"', 3, "there is no register weather"),
        ('"socialInsurances"', '"household"', 4, "social_security has no record type household; it has "),
        ('"15m"', '"daily"', 5, "`daily` is no schedule; write an interval"),
        ('"15m"', '"15m"\nretry_after = "soon"', 6, "`soon` is no interval"),
        ('"15m"', '"15m"\nattempts = 0', 6, "Expected `int` >= 1"),
        ('"15m"', '"15m"\nmode = "all"', 6, "Invalid enum value 'all'; write one of incremental"),
        ('"15m"', '"15m"\nunit = "440106199001010014"', 6, "it holds a number that may identify a person"),
        ('"15m"', '"15m"\nevery = "day"', 6, "unknown field `every`; the keys here are name, register"),
        ('kind = "folder"', 'kind = "ftp"', 8, "the key `kind` says which it is; write one of folder, sql"),
        ('kind = "folder"\n', "", 7, "the key `kind` says which it is"),
        ('kind = "folder"\npath = "in"', f"{SQL}query = 'select 1'", 7, "give either `table` or `query`"),
        ('kind = "folder"\npath = "in"', SQL.replace("'full'", "'all'"), 10, "write one of full, watermark, changes"),
        ('path = "in"\n', "", 7, "missing required field `path`"),
        ('path = "in"', 'path = "in"\nquiet = "x"', 10, "`x` is no interval"),
        ('path = "in"', "path = 1", 9, "Expected `str`, got `int`"),
        ('= "recordedSubject.idNumber"', '= "shoeSize"', 12, "there is no item shoeSize"),
        ("[[source]]", "[[sources]]", 1, "unknown field `sources`; the keys here are source"),
        ("[[source]]", "[[source]", 1, "this is no TOML"),
    ],
)
def test_every_mistake_is_told_by_its_line(
    model: Model, tmp_path: Path, before: str, after: str, line: int, problem: str
) -> None:
    assert mistakes(model, tmp_path, GOOD) == []
    assert GOOD.count(before) == 1
    first, *_ = mistakes(model, tmp_path, GOOD.replace(before, after))
    assert first.startswith(f"adapters.toml:{line}: ")
    assert problem in first


def test_two_sources_have_two_names_and_take_other_files(model: Model, tmp_path: Path) -> None:
    assert mistakes(model, tmp_path, GOOD + GOOD) == [
        "adapters.toml:14: there are two sources enrolments; give each a name of its own",
        "adapters.toml:21: another source takes the same files; give each a folder or a pattern",
    ]


def test_a_file_with_a_mistake_is_not_read_and_one_that_is_not_there_is_a_wrong_setting(
    model: Model, tmp_path: Path
) -> None:
    settings = Settings(sources_file=str(tmp_path / "adapters.toml"))
    with pytest.raises(InvalidSetting, match="there is no file"):
        read_sources(settings, model)
    mistakes(model, tmp_path, GOOD.replace("15m", "daily"))
    with pytest.raises(InvalidSources, match=r"adapters\.toml:5"):
        read_sources(settings, model)


def test_sources_are_chosen_by_name_each_once(model: Model, tmp_path: Path) -> None:
    mistakes(model, tmp_path, GOOD)
    sources = read_sources(Settings(sources_file=str(tmp_path / "adapters.toml")), model)
    assert [source.name for source in chosen(sources, ["enrolments", "enrolments"])] == ["enrolments"]
    assert chosen(sources, []) == list(sources.values())
    with pytest.raises(UnknownSource, match="named weather"):
        chosen(sources, ["weather"])


def test_what_is_new_since_the_last_run_is_no_full_copy_and_all_of_a_table_is(model: Model, tmp_path: Path) -> None:
    whole = GOOD.replace('"15m"', '"15m"\nmode = "snapshot"').replace('kind = "folder"\npath = "in"', SQL)
    assert mistakes(model, tmp_path, whole) == []
    new = whole.replace("mode = 'full', key = ['id']", "mode = 'watermark', column = 'at', key = ['id']")
    (problem,) = mistakes(model, tmp_path, new)
    assert problem.startswith("adapters.toml:6: only a file, or a database of which every run reads all")
