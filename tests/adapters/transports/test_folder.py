"""A drop folder, as departments treat one."""

import os
from datetime import date
from pathlib import Path

import pytest

from adapters.transports.folder import DroppedFile, Folder, check_dated, waiting
from hub.clock import now
from hub.errors import SourceUnavailable, UnreadableFile


def drop(folder: Path, name: str, age: float = 60) -> Path:
    """A file that was last written to so many seconds ago."""
    path = folder / name
    path.write_text(name, encoding="utf-8")
    written = now().timestamp() - age
    os.utime(path, (written, written))
    return path


def names(found: list[DroppedFile]) -> list[str]:
    return [file.path.name for file in found]


def test_files_wait_in_the_order_of_the_days_in_their_names(tmp_path: Path) -> None:
    for name in ("b_20240131.csv", "a_2024-02-29.csv", "c_2023-12-31_v2.csv", "a_20240131.csv"):
        drop(tmp_path, name)
    found = waiting(Folder(path=str(tmp_path), dated=True))
    assert names(found) == ["c_2023-12-31_v2.csv", "a_20240131.csv", "b_20240131.csv", "a_2024-02-29.csv"]
    assert found[0].stated_on == date(2023, 12, 31)
    assert {file.stated_on for file in waiting(Folder(path=str(tmp_path)))} == {None}


def test_a_file_that_may_still_grow_is_left_alone(tmp_path: Path) -> None:
    drop(tmp_path, "whole.csv", age=20)
    drop(tmp_path, "growing.csv", age=5)
    assert names(waiting(Folder(path=str(tmp_path)))) == ["whole.csv"]
    assert names(waiting(Folder(path=str(tmp_path), quiet="1s"))) == ["growing.csv", "whole.csv"]


def test_hidden_files_folders_and_other_patterns_do_not_wait(tmp_path: Path) -> None:
    for name in (".upload.csv", "a.csv", "a.csv.part", "notes.txt"):
        drop(tmp_path, name)
    (tmp_path / "folder.csv").mkdir()
    assert names(waiting(Folder(path=str(tmp_path), pattern="*.csv"))) == ["a.csv"]


def test_a_file_written_to_since_it_was_found_is_not_untouched(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.csv")
    (found,) = waiting(Folder(path=str(tmp_path)))
    assert found.is_untouched
    path.write_text("more", encoding="utf-8")
    assert not found.is_untouched


def test_a_file_is_put_aside_under_a_name_of_its_own(tmp_path: Path) -> None:
    for _ in range(3):
        drop(tmp_path, "a.csv")
        (found,) = waiting(Folder(path=str(tmp_path)))
        found.done()
    assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["a-2.csv", "a-3.csv", "a.csv"]


def test_a_file_that_failed_lies_beside_the_reason(tmp_path: Path) -> None:
    drop(tmp_path, "a.csv")
    (found,) = waiting(Folder(path=str(tmp_path)))
    found.failed("It is empty.")
    assert (tmp_path / "failed" / "a.csv").read_text(encoding="utf-8") == "a.csv"
    assert (tmp_path / "failed" / "a.csv.txt").read_text(encoding="utf-8") == "It is empty.\n"
    assert waiting(Folder(path=str(tmp_path))) == []


@pytest.mark.parametrize(("name", "day"), [("a.csv", None), ("2024-02-30.csv", None), ("v20240131.csv", "2024-01-31")])
def test_a_name_without_a_day_is_refused_where_names_tell_days(tmp_path: Path, name: str, day: str | None) -> None:
    drop(tmp_path, name)
    folder = Folder(path=str(tmp_path), dated=True)
    (found,) = waiting(folder)
    if day:
        check_dated(folder, found)
        assert found.stated_on == date.fromisoformat(day)
    else:
        with pytest.raises(UnreadableFile, match="holds no day"):
            check_dated(folder, found)


def test_a_folder_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="No such file or directory"):
        waiting(Folder(path=str(tmp_path / "nowhere")))
