"""zip, each member as a stream; nothing is extracted."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from analyzer.errors import InputError
from analyzer.sources import bzip2, xz, zstd
from analyzer.sources._container import Archive, Decode, Member
from analyzer.sources._feed import CHUNK_BYTES, Feed
from analyzer.sources._inflate import PIECE_BYTES, Inflate
from analyzer.sources._limits import Limits
from analyzer.sources._zip_directory import Entry, entries


def recognise(head: bytes) -> bool:
    """Whether the bytes begin with a member's header, or with the end record of an empty archive."""
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def members(feed: Feed, limits: Limits) -> Iterator[Member]:
    """Yields the members in the directory's order; raises InputError where it breaks off."""
    if feed.file:
        yield from _members(feed.file)
        return
    # The directory stands at the end, and links are marked only there.
    with tempfile.TemporaryFile() as file:
        failure = _spool(feed, file, limits)
        try:
            yield from _members(file)
        except InputError as error:
            raise failure or error from None
        if failure:
            raise failure


CONTAINER = Archive("zip", recognise, members)


def _spool(feed: Feed, file: BinaryIO, limits: Limits) -> InputError | None:
    try:
        for chunk in feed.rest():
            if file.tell() + len(chunk) > limits.decompressed_bytes:
                return InputError(
                    f"is a zip archive of more than {limits.decompressed_bytes:,} bytes inside a stream",
                    hint="Save it as a file of its own and name that.",
                )
            file.write(chunk)
    except InputError as error:
        return error
    return None


def _members(file: BinaryIO) -> Iterator[Member]:
    for entry in entries(file):
        reason = _unreadable(entry)
        if entry.skipped:
            yield Member(entry.label, skipped=entry.skipped)
        elif reason:
            yield Member(entry.label, failure=InputError(reason, hint="Unpack it yourself and name the result."))
        else:
            yield Member(entry.label, _slice(file, entry.begin, entry.packed), _decode(entry))


def _unreadable(entry: Entry) -> str:
    if entry.begin < 0:
        return "has no header where the zip directory says it has"
    if entry.encrypted:
        return "is encrypted"
    if entry.method not in _METHODS:
        return f"is compressed with zip method {entry.method}, which is not supported"
    if entry.method == 0 and entry.packed is None:
        return "cannot be told from what follows it without the zip directory"
    return ""


def _slice(file: BinaryIO, at: int, count: int | None) -> Iterator[bytes]:
    left = 1 << 62 if count is None else count
    while left:
        file.seek(at)  # other members are read from the same file
        chunk = file.read(min(left, CHUNK_BYTES))
        if not chunk:
            return
        at += len(chunk)
        left -= len(chunk)
        yield chunk


def _decode(entry: Entry) -> Decode:
    def decode(feed: Feed, notes: list[str]) -> Iterator[bytes]:
        checksum = size = 0
        for chunk in _METHODS[entry.method](feed, notes):
            checksum = zlib.crc32(chunk, checksum)
            size += len(chunk)
            yield chunk
        if entry.size not in (None, size):
            raise InputError(f"holds {size:,} bytes where the zip directory says {entry.size:,}")
        if entry.checksum not in (None, checksum):
            raise InputError("does not have the checksum that the zip directory says")

    return decode


def _stored(feed: Feed, _notes: list[str]) -> Iterator[bytes]:
    yield from feed.rest()


def _deflated(feed: Feed, _notes: list[str]) -> Iterator[bytes]:
    inflate = Inflate("zip", -15)
    while not inflate.ended:
        piece = feed.some(PIECE_BYTES)
        if not piece:
            raise InputError("ends before its zip data does")
        yield from inflate.feed(piece)


_METHODS: dict[int, Decode] = {
    0: _stored,
    8: _deflated,
    12: bzip2.CONTAINER.decode,
    93: zstd.CONTAINER.decode,
    95: xz.CONTAINER.decode,
}
