"""Containers in containers, and the limits that hold for an input as a whole."""

from __future__ import annotations

import gzip
import re
import tarfile

import pytest
from unit.test_sources_samples import (
    COMPRESS,
    TEXT,
    read,
    tar_file,
    tar_special,
    tarred,
    zipped,
)


def test_an_empty_archive_says_so() -> None:
    """Nothing to read is not silence."""
    assert read(zipped()) == [("-", [], "", ("the zip archive holds no files",))]
    folder_only = tarred(tar_special("folder", tarfile.DIRTYPE))
    assert read(folder_only) == [("-", [], "", ("the tar archive holds no files",))]


def test_containers_nest_two_deep_and_no_deeper() -> None:
    """A tar in a gzip and a gzip in a zip are read; a third layer is a problem of its member."""
    compressed = gzip.compress(b"a\n", mtime=0)
    assert read(gzip.compress(tarred(tar_file("a.log", b"a\n")))) == [("-!a.log", ["a"], "", ())]
    assert read(zipped(("a.gz", compressed), ("b", b"b\n"))) == [("-!a.gz", ["a"], "", ()), ("-!b", ["b"], "", ())]
    assert read(gzip.compress(zipped(("a", b"a\n")))) == [("-!a", ["a"], "", ())]
    assert read(zipped(("b.zip", zipped(("a", b"a\n"))))) == [("-!b.zip!a", ["a"], "", ())]
    problem = "-!deep.gz: is packed in more than 2 containers, one in the other. Unpack the outer one yourself and name the result."
    found = read(gzip.compress(tarred(tar_file("deep.gz", compressed), tar_file("b", b"b\n"))))
    assert [item[:3] for item in found] == [("-!deep.gz", [], problem), ("-!b", ["b"], "")]
    assert "more than 2 containers" in read(gzip.compress(gzip.compress(compressed)))[0][2]
    assert read(gzip.compress(gzip.compress(compressed)), nesting=3) == [("-", ["a"], "", ())]


@pytest.mark.parametrize("kind", COMPRESS)
def test_the_ratio_limit_lets_pass_what_reaches_it_and_stops_the_next_byte(kind: str) -> None:
    """Below the floor any ratio is allowed; the error says the limit, the values, and the way out."""
    data = COMPRESS[kind](b"a" * 200_000)
    assert len(data) < 1000
    assert read(data, ratio=1, ratio_from_bytes=200_000)[0][1:3] == (["a" * 200_000], "")
    ((_, lines, problem, _),) = read(data, ratio=1, ratio_from_bytes=199_999)
    assert [len(line) for line in lines] == [199_999]
    assert "grows to more than 1 times its compressed size (199,999 bytes from " in problem
    assert "If you trust it, decompress it yourself and name the result." in problem


def test_a_long_honest_log_is_no_bomb() -> None:
    """There is no absolute limit for a stream that keeps its proportion."""
    assert len(read(gzip.compress(TEXT), ratio_from_bytes=1000, decompressed_bytes=1000)[0][1]) == 5000


def test_lines_that_differ_may_grow_more_than_those_that_do_not() -> None:
    """By the limits as they are: 70 MB of JSON health checks that zstd packs 200 times smaller are read."""
    checked = ", ".join(f"component-{number}=UP within its limits" for number in range(40))
    text = "".join(
        f'{{"time":"2026-03-01T00:{n // 1200:02}:{n // 20 % 60:02}.{n % 20 * 50:03}","message":"Healthy: {checked}"}}\n'
        for n in range(50_000)
    ).encode()
    data = COMPRESS["zstd"](text)
    assert len(text) > max(64 << 20, 200 * len(data))
    ((_, lines, problem, _),) = read(data)
    assert (len(lines), problem) == (50_000, "")
    ((_, lines, problem, _),) = read(data, line_ratio=200)
    assert "200 times its compressed size" in problem


@pytest.mark.parametrize("kind", ["gzip", "xz", "zstd"])
def test_the_same_line_again_and_again_is_a_bomb(kind: str) -> None:
    """What repeats itself is held to the lower ratio from the second piece on: it is never read to its end."""
    line = b"the same line of a log that says nothing new at all, whoever reads it\n"
    data = COMPRESS[kind](line * 600_000)
    ((_, lines, problem, _),) = read(data, ratio=2, ratio_from_bytes=1_000_000)
    assert re.search("grows to more than (2|1,500) times", problem)
    assert len(lines) < 600_000


def test_the_input_as_a_whole_keeps_the_ratio_beyond_the_absolute_limit() -> None:
    """Many members that each stay below the floor do not add up to a bomb; members before are kept."""
    data = zipped(*[(str(number), b"a" * 9_999 + b"\n") for number in range(10)])
    limits = {"ratio": 2, "ratio_from_bytes": 10_000}
    assert len(read(data, **limits)) == 10
    found = read(data, decompressed_bytes=35_000, **limits)
    assert [bool(problem) for _, _, problem, _ in found] == [False, False, False, True]
    assert "35,000 bytes" in found[-1][2]


def test_members_are_counted_over_the_whole_input() -> None:
    """At the limit all is read, one more ends the archive with a problem."""
    data = tarred(*[tar_file(str(number), b"") for number in range(5)])
    assert [problem for _, _, problem, _ in read(data, members=5)] == [""] * 5
    found = read(data, members=4)
    assert [problem for _, _, problem, _ in found[:4]] == [""] * 4
    assert found[4][2] == "-: holds more than 4 members; the rest was not read. Unpack it yourself and name the folder."
