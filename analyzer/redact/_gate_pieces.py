"""Reads contents as overlapping pieces, some at a time, so that memory does not grow with a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

PIECE = 4 << 20
# A value of 1,000 characters, percent-encoded twice, takes 5,000 bytes; an escaped word around it some more.
OVERLAP = 16 << 10
_AT_ONCE = 8
_READ = 1 << 20


def content(data: bytes | Path) -> Iterator[bytes]:
    """Yields the bytes of a content or of a file."""
    if isinstance(data, bytes):
        yield data
        return
    with data.open("rb") as file:
        while piece := file.read(_READ):
            yield piece


def groups(data: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yields some pieces at a time."""
    pieces = (piece for _, piece in pieces_of(data))
    while group := list(islice(pieces, _AT_ONCE)):
        yield group


def pieces_of(data: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yields (offset, piece); each piece begins with the end of the one before, so that nothing is cut in all."""
    offset, waiting, fresh = 0, bytearray(), False
    for some in data:
        waiting += some
        fresh = fresh or bool(some)
        while len(waiting) >= PIECE:
            yield offset, bytes(waiting[:PIECE])
            del waiting[: PIECE - OVERLAP]
            offset += PIECE - OVERLAP
            fresh = len(waiting) > OVERLAP
    if fresh:
        yield offset, bytes(waiting)
