"""A subject's key can be destroyed, and every other one stays what it was."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.vault.keys import new_keys
from hub.vault.subjects import SubjectKeys, path_of
from hub.vault.suites import Suite

WHOLE = {suite: SubjectKeys(suite, {"": bytes(range(32))}) for suite in Suite}
SUBJECTS = st.binary(min_size=16, max_size=24)


@settings(max_examples=30)
@given(suite=st.sampled_from(Suite), shredded=st.lists(SUBJECTS, max_size=4), others=st.lists(SUBJECTS, max_size=20))
def test_of_those_destroyed_no_key_follows_and_of_all_others_the_same(
    suite: Suite, shredded: list[bytes], others: list[bytes]
) -> None:
    whole = left = WHOLE[suite]
    for subject in shredded:
        left = left.without(path_of(subject))
    assert all(left.key_of(path_of(subject)) is None for subject in shredded)
    gone = {path_of(subject) for subject in shredded}
    for path in {path_of(subject) for subject in others} - gone:
        assert left.key_of(path) == whole.key_of(path) is not None


@settings(max_examples=20)
@given(paths=st.lists(SUBJECTS.map(path_of), min_size=1, max_size=4))
def test_in_which_order_keys_are_destroyed_makes_no_difference(paths: list[str]) -> None:
    one = other = WHOLE[Suite.AES]
    for path in paths:
        one = one.without(path)
    for path in reversed(paths):
        other = other.without(path).without(path)
    assert one == other


def test_what_is_left_beside_a_destroyed_key_is_no_seed_on_its_way() -> None:
    path = path_of(b"a subject")
    left = WHOLE[Suite.AES].without(path)
    assert not any(path.startswith(beginning) for beginning in left.seeds)
    assert len(left.seeds) == len(path) * 63


def test_each_subject_and_each_suite_has_keys_of_its_own() -> None:
    paths = [path_of(number.to_bytes(16)) for number in range(500)]
    keys = [whole.key_of(path) for whole in WHOLE.values() for path in paths]
    assert len(set(keys)) == len(keys) == 1000


def test_a_successor_has_no_key_for_whom_it_was_destroyed() -> None:
    keys = new_keys().shredding([path_of(b"one")])
    later = keys.succeeded(Suite.SM4)
    for key in later.encryption.values():
        assert isinstance(key, SubjectKeys)
        assert key.key_of(path_of(b"one")) is None
        assert key.key_of(path_of(b"other")) is not None
    assert later.shredded == keys.shredded == (path_of(b"one"),)
