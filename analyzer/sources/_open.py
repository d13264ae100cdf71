"""Opens one input and walks through its containers, down to the streams that can be read."""

from __future__ import annotations

import os
import stat
import sys
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import BinaryIO

from analyzer.errors import InputError, Location
from analyzer.paths import displayed
from analyzer.registry import discover
from analyzer.sources._container import Archive, Compression, Decode, Member
from analyzer.sources._feed import Feed, read_chunks
from analyzer.sources._limits import Limits, Meter
from analyzer.sources._stream import HEAD_BYTES, Begun, Stream
from analyzer.stores import is_store_url, open_object


def open_streams(
    path: str, *, limits: Limits | None = None, stdin: BinaryIO | None = None
) -> Generator[Stream, None, None]:
    """Yields the streams of one input: the file itself, what it decompresses to, or the members of an archive.

    "-" is stdin; an object of a store is read in ranges. A stream can be read until the next one is asked for. An
    archive as a whole gets a stream of its own, without bytes, when there is something to say of it. Raises InputError
    if the input cannot be opened; bad content never raises but is the stream's problem.
    """
    if is_store_url(path):
        feed = Feed(open_object(path))
        yield from _Walk(limits or Limits(), feed, None).streams(displayed(path), feed, [], 0)
        return
    with _opened(path, stdin) as file:
        size = None if path == "-" else _regular_size(file)
        feed = Feed(read_chunks(file), file=None if size is None else file)
        walk = _Walk(limits or Limits(), feed, size)
        yield from walk.streams(displayed(path), feed, [], 0)


def open_part(path: str, chunks: Iterable[bytes], begun: Begun, notes: list[str], limits: Limits) -> Stream:
    """Gives the stream of a part of an input, whose decompressed bytes somebody else reads."""
    return Stream(displayed(path), Feed(chunks), limits, notes, begun=begun)


class _Walk:
    """What all layers of one input share: limits, the count of members, the meter of the whole."""

    def __init__(self, limits: Limits, feed: Feed, size: int | None) -> None:
        self._limits = limits
        self._waits = size is None
        self._members = 0
        # A file counts in full at once: a zip may be read in any order, and its members may overlap.
        self._meter = Meter(
            (lambda: feed.consumed) if size is None else (lambda: size), limits, limits.decompressed_bytes
        )

    def streams(self, name: str, feed: Feed, notes: list[str], depth: int) -> Iterator[Stream]:
        """Yields the streams in a feed that lies under depth containers."""
        container = _recognise(feed.peek(HEAD_BYTES))
        if container and depth == self._limits.nesting:
            reason = f"is packed in more than {self._limits.nesting} containers, one in the other"
            failure = InputError(reason, hint="Unpack the outer one yourself and name the result.")
            yield Stream(name, Feed((), failure=failure), self._limits, notes)
        elif isinstance(container, Compression):
            inner = self._decoded(feed, container.decode, notes)
            yield from self.streams(name, inner, notes, depth + 1)
        elif container:
            yield from self._archive(name, feed, container, depth)
        else:
            stream = Stream(name, feed, self._limits, notes, waits=self._waits)
            yield stream
            stream.close()

    def _decoded(self, feed: Feed, decode: Decode, notes: list[str]) -> Feed:
        meter = Meter(lambda: feed.consumed, self._limits, self._limits.ratio_from_bytes)
        return Feed(self._meter.guard(meter.guard(decode(feed, notes))))

    def _archive(self, name: str, feed: Feed, archive: Archive, depth: int) -> Iterator[Stream]:
        skipped: Counter[str] = Counter()
        labels: Counter[str] = Counter()
        failure = None
        try:
            for member in archive.members(feed, self._limits):
                self._count_member()
                if member.skipped:
                    skipped[member.skipped] += 1
                    continue
                labels[member.label] += 1
                yield from self._member(f"{name}!{_told_apart(member.label, labels)}", member, depth)
                if self._meter.tripped:
                    return
        except InputError as error:
            failure = error
        except OSError as error:
            failure = InputError(f"could not be read further ({error.strerror or error})")
        notes = _archive_notes(archive, skipped, labels)
        if failure or notes:
            yield Stream(name, Feed((), failure=failure), self._limits, notes)

    def _member(self, name: str, member: Member, depth: int) -> Iterator[Stream]:
        notes: list[str] = []
        feed = Feed(member.chunks, failure=member.failure)
        if member.decode:
            feed = self._decoded(feed, member.decode, notes)
        yield from self.streams(name, feed, notes, depth + 1)

    def _count_member(self) -> None:
        self._members += 1
        if self._members > self._limits.members:
            raise InputError(
                f"holds more than {self._limits.members:,} members; the rest was not read",
                hint="Unpack it yourself and name the folder.",
            )


def _opened(path: str, stdin: BinaryIO | None) -> AbstractContextManager[BinaryIO]:
    if path == "-":
        return nullcontext(stdin or sys.stdin.buffer)
    try:
        return Path(path).open("rb", buffering=0)
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror}.", location=Location(displayed(path))) from error
    except ValueError as error:  # a NUL or a lone surrogate
        raise InputError("is no file name.", location=Location(displayed(path))) from error


def _regular_size(file: BinaryIO) -> int | None:
    status = os.fstat(file.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _recognise(head: bytes) -> Compression | Archive | None:
    return next((container for container in _containers() if container.recognise(head)), None)


@cache
def _containers() -> tuple[Compression | Archive, ...]:
    found = discover("analyzer.sources", "CONTAINER").values()
    return tuple(container for container in found if isinstance(container, Compression | Archive))


def _told_apart(label: str, labels: Counter[str]) -> str:
    return label if labels[label] == 1 else f"{label}#{labels[label]}"


def _archive_notes(archive: Archive, skipped: Counter[str], labels: Counter[str]) -> list[str]:
    # A directory holds nothing, so leaving it out loses nothing.
    kinds = [f"{count:,} x {kind}" for kind, count in sorted(skipped.items()) if kind != "directory"]
    if kinds:
        return [f"members without content of their own were skipped: {', '.join(kinds)}"]
    return [] if labels else [f"the {archive.name} archive holds no files"]
