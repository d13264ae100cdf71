"""The bytes of one file as its lines are made of them: read in place, or decompressed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analyzer.batch._known import TAIL_BYTES
from analyzer.errors import InputError, Location
from analyzer.formats import document_formats
from analyzer.sources import HEAD_BYTES, Stream, displayed, open_streams

_CHUNK_BYTES = 256 << 10
_EVERYTHING = 1 << 62


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it was when it was looked at: nothing beyond that size is read, nor another file of the same name.

    head: the first bytes, up to 64 KiB, decompressed unless whole. packed: compressed. whole: a capture or an archive.
    """

    path: str
    status: os.stat_result
    head: bytes
    packed: bool
    whole: bool

    def chunks(self, start: int = 0, end: int = _EVERYTHING) -> Iterator[bytes]:
        """Yields the bytes from start to end; raises InputError where a file breaks off, or is not there any more."""
        with _descriptor(self.path, self.status) as descriptor:
            if self.packed:
                with _stream(descriptor) as stream:
                    yield from _between(stream.chunks(), start, end)
                return
            end = min(end, self.status.st_size)
            while start < end and (chunk := os.pread(descriptor, min(_CHUNK_BYTES, end - start), start)):
                start += len(chunk)
                yield chunk

    def is_there(self) -> bool:
        """Whether the file still lies where it was."""
        try:
            return os.path.samestat(self.status, Path(self.path).stat())
        except OSError:
            return False

    def between(self, start: int, end: int) -> bytes:
        """Gives the bytes from start to end, fewer only at the end of the file."""
        return b"".join(self.chunks(start, end))

    def measure(self, offsets: Sequence[int]) -> Measured:
        """Gives what stands before each of these offsets, and how long the content is."""
        if not self.packed:
            tails = {at: self.between(max(0, at - TAIL_BYTES), at) for at in offsets if at <= self.status.st_size}
            return Measured(tails, self.status.st_size, complete=True)
        tails, wanted, window, length = {}, sorted(offsets), b"", 0
        try:
            for chunk in self.chunks():
                window = window[-TAIL_BYTES:] + chunk
                length += len(chunk)
                first = length - len(window)
                while wanted and wanted[0] <= length:
                    at = wanted.pop(0)
                    tails[at] = window[max(0, at - first - TAIL_BYTES) : at - first]
        except InputError:
            return Measured(tails, length, complete=False)
        return Measured(tails, length, complete=True)


@dataclass(frozen=True, slots=True)
class Measured:
    """How long a content is, whether it is complete, and by offset the last bytes before it, at most TAIL_BYTES."""

    tails: dict[int, bytes]
    length: int
    complete: bool


def look(path: str) -> Content:
    """Tells what a file is; raises InputError if it cannot be opened."""
    with _descriptor(path) as descriptor:
        status, first = os.fstat(descriptor), os.pread(descriptor, HEAD_BYTES, 0)
        with _stream(descriptor) as stream:
            head, archived = stream.head, stream.name != _name(descriptor)
    whole = archived or any(form.recognise(head) for form in document_formats().values())
    return Content(path, status, first if whole else head, packed=head != first and not whole, whole=whole)


@contextmanager
def _descriptor(path: str, same: os.stat_result | None = None) -> Iterator[int]:
    """Opens a file for reading, if it is the same as before."""
    place = Location(displayed(path))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror}.", location=place) from error
    try:
        if same and not os.path.samestat(same, os.fstat(descriptor)):
            raise InputError("is another file than a moment ago.", location=place)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _stream(descriptor: int) -> Iterator[Stream]:
    """Yields the first stream of an open file."""
    with closing(open_streams(_name(descriptor))) as streams:
        yield next(streams)


def _name(descriptor: int) -> str:
    # Opened by its path, another file could lie there by now.
    return f"/dev/fd/{descriptor}"


def _between(chunks: Iterator[bytes], start: int, end: int) -> Iterator[bytes]:
    at = 0
    for chunk in chunks:
        piece = chunk[max(0, start - at) : max(0, end - at)]
        at += len(chunk)
        if piece:
            yield piece
        if at >= end:
            return


def common(one: Content, other: Content) -> Literal["first", "second", "differ"]:
    """Tells which of two contents ends while both are equal: the first, if they are equal throughout."""
    left, right = _Rest(one.chunks()), _Rest(other.chunks())
    while True:
        ours, theirs = left.take(), right.take()
        size = min(len(ours), len(theirs))
        if ours[:size] != theirs[:size]:
            return "differ"
        if not size:
            return "second" if ours else "first"
        left.rest, right.rest = ours[size:], theirs[size:]


class _Rest:
    """Gives chunks, of which a rest may be given back; where a file breaks off, it ends."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.rest = b""

    def take(self) -> bytes:
        try:
            return self.rest or next(self._chunks, b"")
        except InputError:
            return b""
