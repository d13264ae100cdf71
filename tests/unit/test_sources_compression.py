"""Compressed files: every byte that can be had is had, the rest is said, bombs are stopped."""

from __future__ import annotations

import gzip
import io
import lzma
import zlib

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.test_sources_samples import (
    COMPRESS,
    PACKED,
    TEXT,
    read,
    zeros,
)

from analyzer.registry import discover
from analyzer.sources import open_streams
from analyzer.sources._container import Compression
from analyzer.sources._feed import Feed


@pytest.mark.parametrize("kind", COMPRESS)
def test_compression_is_told_by_content_and_may_be_many_streams(kind: str) -> None:
    """One stream, three end to end, an empty one: the lines are those of the text."""
    compress = COMPRESS[kind]
    assert read(compress(b"a\nb")) == [("-", ["a", "b"], "", ())]
    assert read(compress(b"a\nb") + compress(b"") + compress(b"c\n")) == [("-", ["a", "bc"], "", ())]
    assert read(compress(b"")) == [("-", [], "", ())]


@pytest.mark.parametrize("kind", COMPRESS)
def test_bytes_after_the_end_are_said(kind: str) -> None:
    """Zero padding is a note, anything else a problem; what stands before is read."""
    data = COMPRESS[kind](b"a\nb\n")
    assert read(data + bytes(10_000)) == [("-", ["a", "b"], "", (f"10,000 zero bytes after the {kind} data skipped",))]
    ((_, lines, problem, _),) = read(data + b"\0\0junk")
    assert lines == ["a", "b"]
    assert problem == (
        f"-:2: is followed by bytes that are not {kind}, which were not read; everything up to line 2 could be read."
    )


@pytest.mark.parametrize("kind", COMPRESS)
@settings(max_examples=50)
@given(cut=st.integers(1, 10_000))
def test_a_compressed_file_that_is_cut_gives_a_prefix_of_its_lines(kind: str, cut: int) -> None:
    """Wherever the bytes end there is no exception, and the problem tells the last line."""
    data = PACKED[kind]
    kept = max(len(data) - cut, 10)
    ((_, lines, problem, notes),) = read(data[:kept])
    assert TEXT.decode().startswith("\n".join(lines))
    assert f"ends before its {kind} data does" in problem
    assert len(notes) == 1


@given(cut=st.integers(0, 100))
def test_a_gzip_file_cut_anywhere_gives_what_zlib_gives(cut: int) -> None:
    """Even inside the header, and to the last byte that was decoded."""
    data = gzip.compress(TEXT[:300], mtime=0)
    kept = min(cut, len(data) - 1)
    streams = read(data[:kept])
    decoded = zlib.decompressobj(31).decompress(data[:kept]).decode()
    assert streams[0][1] == decoded.splitlines()
    assert bool(streams[0][2]) == (kept > 0)


@given(data=st.data())
def test_damage_anywhere_in_a_gzip_file_costs_only_what_follows(data: st.DataObject) -> None:
    """A flipped byte gives a problem, and everything that was decoded before it."""
    packed = bytearray(gzip.compress(TEXT, mtime=0))
    at = data.draw(st.integers(10, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    ((_, lines, problem, _),) = read(bytes(packed))
    assert problem
    intact = zlib.decompressobj(31).decompress(bytes(packed[:at])).decode().split("\n")[:-2]
    assert lines[: len(intact)] == intact


@given(st.binary(max_size=200), st.sampled_from(sorted(COMPRESS)), st.booleans())
def test_damaged_bytes_of_any_kind_raise_nothing(noise: bytes, kind: str, in_front: bool) -> None:
    """Noise inside or behind a compressed file is a problem, never an exception."""
    data = COMPRESS[kind](b"a\nb\n")
    read(data[:12] + noise + data[12:] if in_front else data + noise)


def test_a_wrong_gzip_checksum_is_said_after_all_lines() -> None:
    """The checksum comes last, so nothing is lost by it."""
    data = bytearray(gzip.compress(TEXT, mtime=0))
    data[-8] ^= 1
    ((_, lines, problem, _),) = read(bytes(data))
    assert len(lines) == 5000
    assert problem == (
        "-:5000: holds damaged gzip data (incorrect data check); everything up to line 5,000 could be read."
    )


def test_a_skippable_zstd_frame_is_skipped() -> None:
    """Frames of user data stand before, between and after the content (RFC 8878, 3.1.2)."""
    skippable = b"\x5a\x2a\x4d\x18\x04\0\0\0user"
    data = COMPRESS["zstd"](b"a\n")
    assert read(skippable + data + skippable + data) == [("-", ["a", "a"], "", ())]


def test_a_window_that_would_need_gigabytes_is_refused() -> None:
    """zstd --long=31 asks its reader for 2 GiB of memory."""
    settings = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=False)
    writer = zstandard.ZstdCompressor(compression_params=settings).compressobj()
    ((_, lines, problem, _),) = read(writer.compress(TEXT) + writer.flush())
    assert lines == []
    assert "requires too much memory" in problem


@pytest.mark.parametrize("kind", COMPRESS)
def test_a_file_of_zeros_is_stopped_at_the_floor(kind: str) -> None:
    """With the limits as they are: 64 MiB are decompressed, and no more; the line is kept to a megabyte."""
    for stream in open_streams("-", stdin=io.BytesIO(zeros(kind))):
        frames = list(stream.blocks())
        assert stream.size == 64 << 20
        assert frames[0]["raw"].str.len_bytes().to_list() == [1_000_000]
        assert "67,108,864 bytes" in str(stream.problem)


@pytest.mark.parametrize(
    ("kind", "largest"), [("gzip", 17 << 20), ("bzip2", 32 << 10), ("xz", 32 << 10), ("zstd", 40 << 20)]
)
def test_no_single_step_of_a_bomb_fills_the_memory(kind: str, largest: int) -> None:
    """The limit can only be checked between steps, so each of them is bounded."""
    container = discover("analyzer.sources", "CONTAINER")[kind]
    assert isinstance(container, Compression)
    assert max(len(chunk) for chunk in container.decode(Feed([zeros(kind)]), [])) <= largest


def test_an_xz_file_that_would_need_gigabytes_of_memory_is_refused() -> None:
    """The dictionary's size stands in the block header (The .xz file format, 5.3.1); 40 means 4 GiB."""
    data = bytearray(lzma.compress(b"a\n"))
    end = 12 + (data[12] + 1) * 4
    assert data[14:16] == b"\x21\x01"
    data[16] = 40
    data[end - 4 : end] = zlib.crc32(data[12 : end - 4]).to_bytes(4, "little")
    assert "Memory usage limit" in read(bytes(data))[0][2]


def test_text_that_begins_like_bzip2_is_text() -> None:
    """Three letters and a digit are not enough."""
    assert read(b"BZh9 is how bzip2 begins\n") == [("-", ["BZh9 is how bzip2 begins"], "", ())]


def test_ten_thousand_gzip_members_are_one_log() -> None:
    """A server that compresses line by line writes such files."""
    data = gzip.compress(b"a line\n", mtime=0) * 10_000
    ((_, lines, problem, _),) = read(data)
    assert lines == ["a line"] * 10_000
    assert problem == ""
