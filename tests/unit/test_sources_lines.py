"""Bytes become numbered lines: line ends, encodings, invalid bytes, giant lines, blocks."""

from __future__ import annotations

import codecs
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.sources import Limits, Stream, open_streams
from analyzer.sources._feed import Feed


def stream_of(data: bytes, *, step: int = 100_000, limits: Limits | None = None) -> Stream:
    chunks = (data[at : at + step] for at in range(0, len(data), step))
    return Stream("test.log", Feed(chunks), limits or Limits(), [])


def lines_of(stream: Stream, block_bytes: int = 8 << 20) -> list[str]:
    frames = list(stream.blocks(block_bytes))
    assert all(frame.schema == {"line": pl.Int64, "raw": pl.String} for frame in frames)
    numbers = [number for frame in frames for number in frame["line"]]
    assert numbers == list(range(1, len(numbers) + 1))
    return [raw for frame in frames for raw in frame["raw"]]


def reference(data: bytes) -> list[str]:
    """What plain Python makes of UTF-8: split at line feeds, drop one carriage return, replace what is invalid."""
    data = data.removeprefix(codecs.BOM_UTF8)
    pieces = data.split(b"\n")
    if pieces[-1] == b"":
        pieces.pop()
    return [piece.removesuffix(b"\r").decode("utf-8", "replace") for piece in pieces]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\n\nb\n\n", ["a", "", "b", ""]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\r\nb", ["a\r", "b"]),
        (b"a\nb\r", ["a", "b"]),
        (b"a\n\r", ["a", ""]),
        (b"\r\n", [""]),
        (b"a\0b\n\0\n", ["a\0b", "\0"]),
        (b"a\x0bb\x0cc\xc2\x85d\xe2\x80\xa8e\x1cf\n", ["a\x0bb\x0cc\x85d\u2028e\x1cf"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", ["a", "\ufeffb"]),
        (b"x^looks like zlib to Polars\nb\n", ["x^looks like zlib to Polars", "b"]),
        (b"x\x01\nb\n", ["x\x01", "b"]),
        ("ü€😀\n".encode(), ["ü€😀"]),
    ],
)
def test_lines_end_at_line_feeds_only(data: bytes, expected: list[str]) -> None:
    """A line ends at a line feed or the end; one carriage return goes; all else stays."""
    stream = stream_of(data)
    assert lines_of(stream) == expected
    assert stream.problem is None
    assert stream.notes == ()
    assert stream.size == len(data)


@given(st.binary(max_size=300), st.integers(1, 40), st.integers(1, 50))
@example(b"x^\nx^\nx^\n", 1, 1)
@example(b"\xe2\x80\xa8\n\xf0\x9f\x98", 2, 1)
@example(b"a\r\n\r\n\n\r", 1, 1)
def test_any_bytes_in_any_blocks_give_the_lines_of_a_plain_split(data: bytes, block_bytes: int, step: int) -> None:
    """Neither the size of blocks nor that of chunks moves a line."""
    stream = stream_of(data, step=step)
    if stream.encoding == "utf-8":
        assert lines_of(stream, block_bytes) == reference(data)
    else:
        lines_of(stream, block_bytes)
    assert stream.problem is None
    assert stream.size == len(data)


@given(
    st.lists(st.sampled_from([b"\n", b"\r", b"a", b"\xc3\xbc", b"\xff", b"\xe2\x80", b"x^", b"\0", b"\xef\xbf\xbd"]))
)
def test_lines_of_troublesome_parts_equal_a_plain_split(parts: list[bytes]) -> None:
    """The same for bytes that hypothesis would seldom put together, with the count of invalid bytes."""
    data = b"".join(parts)
    stream = stream_of(data, step=7)
    if stream.encoding != "utf-8":
        return
    assert lines_of(stream, 5) == reference(data)
    spans = invalid_spans(data)
    expected = []
    if spans:
        count = sum(end - start for start, end in spans)
        line = data.count(b"\n", 0, spans[0][0]) + 1
        expected = [f"{count} invalid UTF-8 byte{'' if count == 1 else 's'} replaced, first on line {line}"]
    assert [note for note in stream.notes if "invalid" in note] == expected


def invalid_spans(data: bytes) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    while True:
        try:
            data[at:].decode()
        except UnicodeDecodeError as error:
            spans.append((at + error.start, at + error.end))
            at += error.end
        else:
            return spans


def test_invalid_bytes_are_replaced_counted_and_told_with_their_first_line() -> None:
    """A bad byte costs itself and nothing else; a genuine U+FFFD is not counted."""
    stream = stream_of(b"ok\n\xef\xbf\xbd\nba\xffd \xe2\x82\nlast\xfe\n")
    assert lines_of(stream, block_bytes=4) == ["ok", "\ufffd", "ba\ufffdd \ufffd", "last\ufffd"]
    assert stream.notes == ("4 invalid UTF-8 bytes replaced, first on line 3",)
    assert stream.problem is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [True, False])
def test_utf16_is_read_with_and_without_a_mark(encoding: str, mark: bool) -> None:
    """Byte order marks decide; without one the zero bytes of ASCII text do."""
    text = "GET /first HTTP/1.1\r\nGET /smüllĊ😀 HTTP/1.1\n".encode(encoding)  # U+010A holds the byte of a line feed
    start = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[encoding] if mark else b""
    stream = stream_of(start + text, step=3)
    assert stream.encoding == encoding
    assert stream.head_lines() == ["GET /first HTTP/1.1", "GET /smüllĊ😀 HTTP/1.1"]
    assert lines_of(stream) == ["GET /first HTTP/1.1", "GET /smüllĊ😀 HTTP/1.1"]
    assert stream.notes == ()


def test_utf16_with_lone_surrogates_and_an_odd_byte_loses_no_line() -> None:
    """What is no UTF-16 is replaced, counted, and told with its line."""
    data = b"\xff\xfe" + "ok\n".encode("utf-16-le") + b"\x00\xd8a\x00\n\x00" + b"\x00\xdc\n\x00" + b"z"
    stream = stream_of(data, step=1)
    assert lines_of(stream) == ["ok", "\ufffda", "\ufffd", "\ufffd"]
    assert stream.notes == ("3 invalid UTF-16 units replaced, first on line 2",)


@given(st.binary(max_size=200), st.sampled_from([b"\xff\xfe", b"\xfe\xff"]), st.integers(1, 9))
def test_any_bytes_as_utf16_give_the_lines_of_a_plain_decode(data: bytes, mark: bytes, step: int) -> None:
    """No bytes raise, and lines stay where Python's own decoder puts them."""
    stream = stream_of(mark + data, step=step)
    lines = lines_of(stream, 4)
    expected = data.decode(stream.encoding, "replace").split("\n")
    if expected[-1] == "":
        expected.pop()
    assert len(lines) == len(expected)
    if "\ufffd" not in "".join(expected):
        assert lines == [line.removesuffix("\r") for line in expected]


def test_zero_bytes_of_a_hole_are_not_utf16() -> None:
    """A log with a hole of zeros after a crash stays UTF-8, zeros and all."""
    stream = stream_of(bytes(5000) + b"\nafter\n")
    assert stream.encoding == "utf-8"
    assert lines_of(stream) == ["\0" * 5000, "after"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("step", [1, 3, 1000])
def test_a_line_at_the_limit_is_whole_and_one_beyond_is_cut(end: bytes, step: int) -> None:
    """The limit counts the bytes before the line's end."""
    limits = Limits(line_bytes=10)
    at_limit = stream_of(b"x\n" + b"a" * 10 + end, step=step, limits=limits)
    assert lines_of(at_limit) == ["x", "a" * 10]
    assert at_limit.notes == ()
    beyond = stream_of(b"x\n" + b"a" * 11 + end, step=step, limits=limits)
    assert lines_of(beyond) == ["x", "a" * 10]
    assert beyond.notes == ("line 2 was cut after 10 bytes (11 in all)",)


def test_cut_lines_are_counted_over_blocks_and_keep_whole_characters() -> None:
    """Neighbours of a cut line stay whole; a character that the cut goes through is dropped, not replaced."""
    data = b"one\n" + b"a" * 9 + "€".encode() + b"\ntwo\n" + b"b" * 50 + b"\nthree\n"
    stream = stream_of(data, step=4, limits=Limits(line_bytes=10))
    assert lines_of(stream, block_bytes=3) == ["one", "a" * 9, "two", "b" * 10, "three"]
    assert stream.notes == ("line 2 was cut after 10 bytes (12 in all); 2 lines were cut",)


def test_a_line_of_60_megabytes_needs_only_what_is_kept() -> None:
    """The beginning is kept, the rest counted; memory stays near the kept megabyte."""
    chunk = b"a" * 250_000
    chunks = [b"first\n", *[chunk] * 240, b"\nlast"]
    tracemalloc.start()
    stream = Stream("giant.log", Feed(chunks), Limits(), [])
    lines = lines_of(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [len(line) for line in lines] == [5, 1_000_000, 4]
    assert stream.notes == ("line 2 was cut after 1,000,000 bytes (60,000,000 in all)",)
    assert peak < 12_000_000


def test_carriage_returns_alone_end_no_line_and_are_told() -> None:
    """Like wc, a file of an old Mac is one line; the note says why."""
    stream = stream_of(b"a\rb\rc\r")
    assert lines_of(stream) == ["a\rb\rc"]
    assert stream.notes == ("all is one line: carriage returns alone do not end lines",)


def test_head_is_peeked_and_not_consumed() -> None:
    """The first 64 KiB are seen before and again while reading."""
    data = b"line of sixteen\n" * 10_000
    stream = stream_of(data, step=1000)
    assert stream.head == data[: 64 << 10]
    assert stream.size == 0
    assert len(lines_of(stream)) == 10_000
    assert stream.size == 160_000


def test_head_lines_leave_out_a_line_that_the_head_cuts() -> None:
    """A last line without an end is shown only where the source ends, or where there is no other."""
    assert stream_of(b"a\r\nb").head_lines() == ["a", "b"]
    assert stream_of(b"a\nb\n").head_lines() == ["a", "b"]
    assert stream_of(b"").head_lines() == []
    assert stream_of(b"a\n\nb\nc\n").head_lines(3) == ["a", "", "b"]
    assert stream_of(b"\xef\xbb\xbfa\n").head_lines() == ["a"]
    assert stream_of(b"a\n" + b"b" * 1_100_000).head_lines() == ["a"]
    assert stream_of("é".encode() * 600_000).head_lines() == ["é" * 500_000]
    assert stream_of(b"x" + "é".encode() * 600_000).head_lines() == ["x" + "é" * 499_999]
    assert stream_of((b"a" * 31 + b"\n") * 2048).head_lines(3000)[-1] == "a" * 31


def test_whole_gives_all_bytes_as_they_are() -> None:
    """A document keeps its mark and its line ends."""
    data = b"\xef\xbb\xbf{}\r\n" * 30_000
    stream = stream_of(data)
    assert stream.whole() == data
    assert stream.problem is None


def test_whole_stops_at_the_limit_for_documents() -> None:
    """At the limit all is well; one byte more is a problem that names it."""
    limits = Limits(document_bytes=1000)
    at_limit = stream_of(b"a" * 1000, limits=limits)
    assert len(at_limit.whole()) == 1000
    assert at_limit.problem is None
    beyond = stream_of(b"a" * 1001, limits=limits)
    assert len(beyond.whole()) == 1000
    assert str(beyond.problem) == (
        "test.log: is larger than 1,000 bytes, the limit for one document; 1,000 bytes could be read."
        " Export a shorter period, or split it."
    )


def test_a_stream_is_read_once() -> None:
    """A second reading would silently give nothing, so it is refused."""
    stream = stream_of(b"a\n")
    lines_of(stream)
    with pytest.raises(RuntimeError, match=re.escape("test.log can be read only once")):
        stream.whole()


def test_a_system_error_in_the_middle_keeps_what_came_before() -> None:
    """A disk that fails is a problem of the source, not a traceback."""

    def failing() -> Iterator[bytes]:
        yield b"one\ntwo\n"
        yield b"thr"
        raise OSError(5, "Input/output error")

    stream = Stream("disk.log", Feed(failing()), Limits(), [])
    assert lines_of(stream) == ["one", "two", "thr"]
    assert str(stream.problem) == (
        "disk.log:3: could not be read further (Input/output error); everything up to line 3 could be read."
    )


def test_counts_equal_wc_on_a_real_file(tmp_path: Path) -> None:
    """As many lines as line feeds, and one more for an unterminated end."""
    path = tmp_path / "access.log"
    path.write_bytes(b"a b c\n" * 200_000 + b"end")
    for stream in open_streams(str(path)):
        assert len(lines_of(stream, block_bytes=1 << 16)) == 200_001
        assert stream.name == str(path)
