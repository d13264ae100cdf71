"""What a container is: a plug-in module exports CONTAINER, a compression of one stream or an archive of members."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from analyzer.errors import InputError
from analyzer.sources._feed import Feed
from analyzer.sources._limits import Limits

Decode = Callable[[Feed, list[str]], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Compression:
    """One compressed stream, told by its first bytes.

    decode yields the decompressed bytes and appends sentences for the reader to the list; after the last byte that
    can be had it raises InputError if there should have been more.
    """

    name: str
    recognise: Callable[[bytes], bool]
    decode: Decode


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive: a label, never a path; decode turns its bytes into content where they are compressed.

    skipped is what it is if it holds no content of its own, such as "symbolic link"; failure why it cannot be read.
    """

    label: str
    chunks: Iterable[bytes] = ()
    decode: Decode | None = None
    skipped: str = ""
    failure: InputError | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """Several files in one; members yields them in order, and raises InputError where the archive breaks off.

    A member's bytes can be had until the next member is asked for.
    """

    name: str
    recognise: Callable[[bytes], bool]
    members: Callable[[Feed, Limits], Iterator[Member]]


class Decoder(Protocol):
    """Decompresses one stream of a file that may be several streams end to end."""

    @property
    def ended(self) -> bool:
        """Whether the stream is complete."""

    @property
    def leftover(self) -> int:
        """How many of the bytes fed last lie behind the end of the stream."""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yields what the piece decompresses to, at most some 30 MB at a time; raises InputError if it is damaged."""


def concatenated(
    name: str, start: Callable[[], Decoder], recognise: Callable[[bytes], bool], *, piece_bytes: int
) -> Decode:
    """Gives the decode of a compression whose files may be several streams end to end, padded with zero bytes."""

    def decode(feed: Feed, notes: list[str]) -> Iterator[bytes]:
        while feed.peek(1):
            yield from _one_stream(name, start(), feed, piece_bytes)
            padding = _skip_zeros(feed)
            if padding:
                notes.append(f"{padding:,} zero bytes after the {name} data skipped")
            following = feed.peek(16)
            if following and not recognise(following):
                raise InputError(f"is followed by bytes that are not {name}, which were not read")
        feed.some(1)  # raises if the bytes broke off rather than ended

    return decode


def _one_stream(name: str, decoder: Decoder, feed: Feed, piece_bytes: int) -> Iterator[bytes]:
    while not decoder.ended:
        piece = feed.some(piece_bytes)
        if not piece:
            raise InputError(f"ends before its {name} data does")
        yield from decoder.feed(piece)
    feed.unread(decoder.leftover)


def _skip_zeros(feed: Feed) -> int:
    skipped = 0
    while piece := feed.peek(1) and feed.some(4096):
        kept = piece.lstrip(b"\0")
        skipped += len(piece) - len(kept)
        if kept:
            feed.unread(len(kept))
            break
    return skipped
