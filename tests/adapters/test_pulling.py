"""What a source gives is spooled: whole, private, and going on where it was broken off."""

import stat
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from adapters.pulling import discard, pull
from adapters.transports.jsonl_file import JsonLinesFile
from hub.errors import SourceUnusable
from tests.adapters.sources import Listed, Row
from tests.adapters.transports.conftest import open_one

PAGES = [[{"名称": "甲"}, {"名称": "乙"}], [{"名称": "丙"}], [{"名称": "丁"}]]


def spooled(path: Path, title: str = "名称") -> list[str]:
    """What the rows of a spool hold under a title, in order."""
    return [msgspec.json.decode(line)[title] for line in path.read_bytes().splitlines()]


def lose_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


async def break_off(path: Path, pages: Sequence[Sequence[Row]] = PAGES, at: int = 2) -> None:
    with pytest.raises(ConnectionError):
        await pull(Listed(pages, breaks_at=at), None, path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool" / "source.jsonl"


async def test_every_row_is_spooled_and_the_cursor_told(path: Path) -> None:
    spool = await pull(Listed(PAGES), None, path)
    assert spooled(path) == ["甲", "乙", "丙", "丁"]
    assert (spool.rows, spool.next_start, spool.finished) == (4, "3", True)


async def test_a_spool_is_read_like_any_json_lines_file(path: Path) -> None:
    await pull(Listed(PAGES), None, path)
    assert isinstance(open_one(path), JsonLinesFile)


async def test_nobody_else_may_read_a_spool(path: Path) -> None:
    await pull(Listed(PAGES), None, path)
    assert {stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_run_that_was_broken_off_goes_on_behind_the_page_it_had(path: Path) -> None:
    await break_off(path)
    assert spooled(path) == ["甲", "乙", "丙"]
    changed = [[{"名称": "never asked again"}]] * 2 + PAGES[2:]
    await pull(Listed(changed), None, path)
    assert spooled(path) == ["甲", "乙", "丙", "丁"]


@pytest.mark.parametrize("rest", [b'{"\xe5\x90', b'{"name": "written but not noted"}\n', b"\0" * 50])
async def test_what_was_written_beyond_the_note_is_cut_off(path: Path, rest: bytes) -> None:
    await break_off(path)
    with path.open("ab") as file:
        file.write(rest)
    await pull(Listed(PAGES), None, path)
    assert spooled(path) == ["甲", "乙", "丙", "丁"]


async def test_a_spool_that_lost_its_end_begins_anew(path: Path) -> None:
    await break_off(path)
    lose_end(path)
    await pull(Listed(PAGES), None, path)
    assert spooled(path) == ["甲", "乙", "丙", "丁"]


async def test_a_spool_of_another_start_or_of_another_setting_begins_anew(path: Path) -> None:
    await break_off(path)
    await pull(Listed(PAGES), "1", path)
    assert spooled(path) == ["丙", "丁"]
    await break_off(path)
    await pull(Listed(PAGES[2:], name="another"), None, path)
    assert spooled(path) == ["丁"]


async def test_a_finished_spool_is_not_read_again_until_it_is_removed(path: Path) -> None:
    first = await pull(Listed(PAGES), None, path)
    assert await pull(Listed([[{"名称": "new"}]]), None, path) == first
    discard(path)
    assert not list(path.parent.iterdir())
    await pull(Listed([[{"名称": "new"}]]), None, path)
    assert spooled(path) == ["new"]


async def test_a_source_with_nothing_new_leaves_its_cursor_where_it_is(path: Path) -> None:
    spool = await pull(Listed(PAGES), "3", path)
    assert (spool.rows, spool.next_start) == (0, "3")


async def test_each_row_is_said_after_the_row_before_it(path: Path) -> None:
    await pull(Listed(PAGES), None, path)
    stated = spooled(path, "_statedAt")
    assert stated == sorted(set(stated))


async def test_what_a_row_says_of_itself_stands(path: Path) -> None:
    await pull(Listed([[{"名称": "甲", "_statedAt": "2024-01-01"}]]), None, path)
    assert spooled(path, "_statedAt") == ["2024-01-01"]


async def test_a_source_that_never_ends_is_read_in_several_runs(path: Path) -> None:
    endless = [[{"名称": "again"}]] * 100
    assert (await pull(Listed(endless, max_rows=10), None, path)).next_start == "10"


async def test_a_full_copy_that_never_ends_is_refused(path: Path) -> None:
    with pytest.raises(SourceUnusable, match="more than 10 rows"):
        await pull(Listed([[{"名称": "again"}]] * 100, whole=True, max_rows=10), None, path)


async def test_bytes_are_refused_by_the_name_of_their_column(path: Path) -> None:
    with pytest.raises(SourceUnusable, match="column 照片 holds bytes"):
        await pull(Listed([[{"照片": b"\x89PNG"}]]), None, path)


async def test_no_digit_of_a_number_is_lost(path: Path) -> None:
    row = {"a": 10**17 + 1, "b": Decimal("12345678901234567890.10"), "c": Decimal("5.00"), "d": 0.5, "e": True}
    await pull(Listed([[row]]), None, path)
    (found,) = open_one(path).rows()
    cells = dict(found.cells)  # type: ignore[union-attr]
    del cells["_statedAt"]
    assert cells == {"a": "100000000000000001", "b": "12345678901234567890.10", "c": 5, "d": 0.5, "e": True}
