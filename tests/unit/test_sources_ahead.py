"""Reading ahead in a thread: the same chunks in the same order, the same errors, and no thread that is left."""

from __future__ import annotations

import gzip
import threading
from itertools import islice
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from unit.test_sources_samples import TEXT

from analyzer.errors import InputError
from analyzer.sources import open_streams
from analyzer.sources._ahead import ahead


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "ahead"]


@given(st.lists(st.binary(max_size=3), max_size=60))
def test_chunks_keep_their_order(chunks):
    """Few or many of them, and the thread ends with the last."""
    assert list(ahead(iter(chunks), 8, 8)) == chunks
    assert threads() == []


@given(st.integers(0, 60), st.integers(0, 60))
def test_an_error_comes_after_what_stood_before_it(before, taken):
    """Where the chunks raise, so does the reader; one that stops earlier never hears of it."""

    def chunks():
        yield from (bytes([number]) for number in range(before))
        raise InputError("broken")

    reading, got, problem = ahead(chunks(), 8, 8), [], ""
    try:
        got.extend(islice(reading, taken))
        got.extend(reading if taken > before else ())
    except InputError as error:
        problem = error.message
    reading.close()
    assert got == [bytes([number]) for number in range(min(before, taken))]
    assert problem == ("broken" if taken > before else "")
    assert threads() == []


def test_chunks_are_made_before_they_are_asked_for():
    """Else nothing would run beside the parsing: the thread makes one that nobody has taken yet."""
    made = threading.Event()

    def chunks():
        yield from [b"x"] * 9
        made.set()
        yield b"y"

    reading = ahead(chunks(), 8, 8)
    for _ in range(9):
        next(reading)
    assert made.wait(60)
    assert list(reading) == [b"y"]


def test_a_stream_that_is_left_early_stops_its_thread(tmp_path: Path):
    """The next file, or member of an archive, begins where it would have begun."""
    for name in ("a.gz", "b.gz"):
        (tmp_path / name).write_bytes(gzip.compress(TEXT * 300, mtime=0))
    for name in ("a.gz", "b.gz"):
        for stream in open_streams(str(tmp_path / name)):
            first = next(stream.blocks(block_bytes=3_000_000))
            assert first["raw"][0] == "line 1 of a log"
            assert threads() == ["ahead"]
        assert threads() == []
