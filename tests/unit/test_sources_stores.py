"""Folders and patterns mean in a store what they mean on disk, and no key does anything but be read or be told."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import InputError, UsageError
from analyzer.paths import expand
from analyzer.stores import Known, Listed, StoreUrl, _objects, open_store

PART = st.sampled_from(["a", "b", "ab", ".h", "x.log", "y.gz", "z[1]"])
PATTERN = st.lists(
    st.sampled_from(["*", "**", "a*", "?", "[ab]", "a", ".*", "*.log", "ab", "x.log"]), min_size=1, max_size=4
)


class Shelf:
    """A store without a network: keys, each with its content."""

    def __init__(self, keys):
        self.objects = dict.fromkeys(keys, b"x")

    def list(self, prefix):
        yield from (Listed(key, 1) for key in self.objects if key.startswith(prefix))

    def stat(self, key):
        if key not in self.objects:
            raise InputError("cannot be read: it does not exist")
        return Known(1, None)


@pytest.fixture
def shelf(monkeypatch):
    """Puts keys where the bucket is looked for."""

    def fill(*keys):
        found = Shelf(keys)
        monkeypatch.setattr(_objects, "open_store", lambda _: found)
        return found

    return fill


def files_only(keys):
    """Drops keys that are folders of other keys: a disk cannot hold both."""
    return {key for key in keys if not any(other.startswith(f"{key}/") for other in keys)}


@given(st.sets(st.lists(PART, min_size=1, max_size=4).map("/".join), min_size=1, max_size=12), PATTERN)
def test_a_pattern_takes_what_it_takes_on_disk(tmp_path_factory, keys, pattern):
    """The other reader is the one of files, which goes through glob."""
    root, keys = tmp_path_factory.mktemp("disk"), files_only(keys)
    for key in keys:
        (root / key).parent.mkdir(parents=True, exist_ok=True)
        (root / key).write_bytes(b"x")
    wanted = "/".join(pattern)
    if not any(letter in wanted for letter in "*?["):
        return

    def found(name, above):
        try:
            return sorted(file.removeprefix(above) for file in expand([name]).files)
        except UsageError:
            return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_objects, "open_store", lambda _: Shelf(keys))
        assert found(f"s3://bucket/{wanted}", "s3://bucket/") == found(f"{root}/{wanted}", f"{root}/")


@given(st.sets(st.lists(PART, min_size=1, max_size=4).map("/".join), min_size=1, max_size=12))
def test_a_folder_holds_what_it_holds_on_disk(tmp_path_factory, keys):
    root, keys = tmp_path_factory.mktemp("disk"), files_only(keys)
    for key in keys:
        (root / key).parent.mkdir(parents=True, exist_ok=True)
        (root / key).write_bytes(b"x")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_objects, "open_store", lambda _: Shelf(keys))
        stored = expand(["gs://bucket/"])
    local = expand([str(root)])
    assert sorted(stored.files) == sorted(file.replace(str(root), "gs://bucket") for file in local.files)
    assert len(stored.problems) == len(local.problems)
    assert stored.sizes == dict.fromkeys(stored.files, 1)


def test_a_pattern_that_matches_nothing_is_an_error(shelf):
    shelf("a.log")
    with pytest.raises(UsageError, match="matches no file"):
        expand(["s3://bucket/*.gz"])


def test_a_name_with_wildcards_is_taken_as_it_is_if_it_is_there(shelf):
    shelf("z[1].log", "z1.log")
    assert expand(["s3://bucket/z[1].log"]).files == ("s3://bucket/z[1].log",)
    assert expand(["s3://bucket/z[12].log"]).files == ("s3://bucket/z1.log",)


def test_a_folder_without_its_slash_is_explained(shelf):
    shelf("logs/a.log")
    found = expand(["s3://bucket/logs"])
    assert found.files == ()
    assert "with / at its end" in str(found.problems[0])


def test_an_object_that_is_named_twice_counts_once(shelf):
    shelf("a.log")
    found = expand(["s3://bucket/a.log", "S3://bucket/*.log"])
    assert found.files == ("s3://bucket/a.log",)
    assert "named more than once" in found.notes[0]


@pytest.mark.parametrize("key", ["logs/../up.log", "logs//two.log", "logs/./a.log", "logs/ "])
def test_keys_that_name_other_objects_to_clients_are_told_and_not_read(shelf, key):
    """A client would fetch up.log for logs/../up.log, and tell its lines under the wrong name."""
    shelf(key, "logs/good.log")
    found = expand(["s3://bucket/logs/"])
    assert found.files == ("s3://bucket/logs/good.log",)
    assert [
        str(problem).startswith(f"s3://bucket/{key}: has an empty or dotted part") for problem in found.problems
    ] == [True]


def test_a_million_keys_are_enough(shelf, monkeypatch):
    monkeypatch.setattr(_objects, "_MOST_LISTED", 3)
    shelf("a", "b", "c")
    assert len(expand(["s3://bucket/"]).files) == 3
    shelf("a", "b", "c", "d")
    assert "holds more than 3 objects" in str(expand(["s3://bucket/"]).problems[0])


def test_a_key_of_very_many_parts_costs_no_more_than_their_number(shelf):
    """S3 takes keys of 1,024 bytes; trying every way through them would take years."""
    shelf("/".join("a" * 512))
    with pytest.raises(UsageError, match="matches no file"):
        expand(["s3://bucket/" + "**/a/" * 20 + "b"])


def test_without_the_library_the_extra_is_named(monkeypatch, clean_environment):
    """opendal is an extra, which the local work never needs."""
    monkeypatch.setitem(sys.modules, "opendal", None)
    with pytest.raises(UsageError) as caught:
        open_store(StoreUrl("s3", "bucket", "a"))
    assert caught.value.hint == "pip install 'whichlayer[cloud]'"
