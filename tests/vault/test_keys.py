"""The key file is made once, kept private and never replaced."""

import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from hub.errors import VaultKeyMissing
from hub.vault.key_file import KeyFile, load_keys
from hub.vault.keys import new_keys

MAKE_KEYS = (
    "import sys, pathlib; from hub.vault.key_file import load_keys; load_keys(pathlib.Path(sys.argv[1]), create=True)"
)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "vault.keys"
    load_keys(path, create=True)
    return path


def test_the_first_use_makes_a_file_that_only_its_owner_can_read(key_file: Path) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in key_file.parent.iterdir()] == ["vault.keys"]


def test_the_same_keys_are_found_again(key_file: Path) -> None:
    assert load_keys(key_file, create=True) == load_keys(key_file, create=False)


def test_without_leave_to_make_one_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(VaultKeyMissing, match="there is no key file"):
        load_keys(tmp_path / "vault.keys", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_touch_is_refused_with_the_way_out(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(VaultKeyMissing, match="chmod 600"):
        load_keys(key_file, create=True)


def test_a_file_that_is_not_whole_is_refused_and_stays_as_it_is(key_file: Path) -> None:
    half = key_file.read_bytes()[:100]
    key_file.write_bytes(half)
    with pytest.raises(VaultKeyMissing, match="is not a key file"):
        load_keys(key_file, create=True)
    assert key_file.read_bytes() == half


def test_the_current_key_must_be_among_the_keys(key_file: Path) -> None:
    content = json.loads(key_file.read_text())
    key_file.write_text(json.dumps({**content, "current": "another"}))
    with pytest.raises(VaultKeyMissing, match="current"):
        load_keys(key_file, create=False)


def test_many_processes_that_make_keys_at_once_end_with_one_file(tmp_path: Path) -> None:
    path = tmp_path / "vault.keys"
    makers = [subprocess.Popen([sys.executable, "-c", MAKE_KEYS, path]) for _ in range(6)]
    assert [maker.wait() for maker in makers] == [0] * 6
    assert [found.name for found in tmp_path.iterdir()] == ["vault.keys"]
    load_keys(path, create=False)


def test_keys_are_not_shown() -> None:
    keys = new_keys()
    shown = f"{keys} {keys!r} {keys.blind_index!r}"
    assert str(keys.blind_index.key) not in shown
    assert all(str(key) not in shown for key in keys.encryption.values())


def test_a_file_of_old_with_a_key_that_is_one_for_all_is_read_and_named(key_file: Path) -> None:
    content = json.loads(key_file.read_text())
    content["encryption"] = {content["current"]: b64encode(bytes(32)).decode()}
    key_file.write_text(json.dumps(content))
    keys = load_keys(key_file, create=False)
    assert keys.common == [keys.current]
    assert keys.succeeded().without(keys.current).common == []


def test_a_backup_is_private_and_holds_the_same_keys(key_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    KeyFile(key_file, create=False).backup(target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert load_keys(target, create=False) == load_keys(key_file, create=False)


def test_a_backup_replaces_nothing(key_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    target.write_text("precious")
    with pytest.raises(FileExistsError):
        KeyFile(key_file, create=False).backup(target)
    assert target.read_text() == "precious"


def test_a_successor_takes_the_place_of_the_file_whole_private_and_alone(key_file: Path) -> None:
    keys = load_keys(key_file, create=False)
    successor = keys.succeeded()
    KeyFile(key_file, create=False).replace(successor)
    assert load_keys(key_file, create=False) == successor
    assert [path.name for path in key_file.parent.iterdir()] == ["vault.keys"]
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert successor.encryption.keys() > keys.encryption.keys()
    assert successor.without(keys.current).encryption.keys() == {successor.current}


def test_a_link_to_the_file_stays_a_link(key_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(key_file)
    successor = load_keys(link, create=False).succeeded()
    KeyFile(link, create=False).replace(successor)
    assert link.is_symlink()
    assert load_keys(key_file, create=False) == successor


def test_other_keys_for_look_ups_are_not_followed(key_file: Path) -> None:
    held = KeyFile(key_file, create=False)
    KeyFile(key_file, create=False).replace(new_keys())
    with pytest.raises(VaultKeyMissing, match="other keys for look-ups"):
        held.newer()


def test_a_file_that_is_gone_leaves_a_process_the_keys_that_it_holds(key_file: Path) -> None:
    held = KeyFile(key_file, create=False)
    key_file.unlink()
    assert held.newer() is None
