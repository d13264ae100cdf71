"""What is remembered of a log: hashes that tell it again wherever it lies, how far it was read, none of its text."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

HEAD_BYTES = 256
TAIL_BYTES = 64 << 10  # longer than nearly every line, of which the last alone may tell two logs apart
# A write within the clock tick of the one before leaves the time of the file as it was.
_TICK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A line end: bytes and lines before it, and the latest event there (microseconds since 1970, None if unknown)."""

    offset: int = 0
    lines: int = 0
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file looks like from outside; while it stays the same, the file is not opened."""

    device: int
    inode: int
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Known:
    """The beginning of a log that was read: up to end, in decompressed bytes unless whole.

    head and tail are hashes of the first bytes, at most 256, and of the last before end, at most TAIL_BYTES. marks
    are some line ends on the way, headers the ranges of its last lines of directives (#Fields). whole: a capture or
    an archive, which is read as one. cut: the last line had no line feed. path, stamp and seen (seconds since 1970)
    tell where it lay when it was seen last; they only save opening it.
    """

    head: str
    head_bytes: int
    tail: str
    end: Mark
    path: str
    stamp: Stamp | None
    seen: float
    whole: bool = False
    cut: bool = False
    marks: tuple[Mark, ...] = ()
    headers: tuple[tuple[int, int], ...] = ()

    @property
    def tail_bytes(self) -> int:
        """How many bytes tail is made of."""
        return min(TAIL_BYTES, self.end.offset)

    def begins(self, head: bytes) -> bool:
        """Whether a file with these first bytes may be this log."""
        return len(head) >= self.head_bytes and digest(head[: self.head_bytes]) == self.head


def digest(data: bytes) -> str:
    """Gives the hash by which bytes are told again."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def stamp_of(status: os.stat_result, moment: float) -> Stamp | None:
    """Gives the stamp of a file; None where a later write could still leave it as it is."""
    if moment - status.st_mtime < _TICK_SECONDS:
        return None
    return as_stamp(status)


def as_stamp(status: os.stat_result) -> Stamp:
    """Gives what a file looks like from outside."""
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
