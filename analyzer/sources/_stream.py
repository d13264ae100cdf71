"""One source: a stream of bytes that is read once, as blocks of lines or as a whole document."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from analyzer.errors import InputError, Location
from analyzer.sources._ahead import ahead
from analyzer.sources._feed import Feed
from analyzer.sources._limits import Limits
from analyzer.sources._lines import Block, cut
from analyzer.sources._text import Damage, decode_head, detect_encoding, line_ends, split_lines, utf16_to_utf8

HEAD_BYTES = 64 << 10
_FEW_LINES = 10
_CHUNKS = 8


@dataclass(frozen=True, slots=True)
class Begun:
    """What stands before a part of a source: the first bytes of the whole source, and its lines before the part."""

    head: bytes
    lines: int


class Stream:
    """Reads one source once, with one of blocks(), whole() and file().

    name is what the user named, with "!" before the label of a member; head is its first bytes, up to 64 KiB,
    decompressed. notes and problem are complete when everything was read. A part of a source, which begins with the
    source's byte order mark, is judged by the head of the source, keeps its line numbers, and equals no other.
    """

    def __init__(  # noqa: PLR0913 - two kinds of streams differ by one word each
        self, name: str, feed: Feed, limits: Limits, notes: list[str], *, waits: bool = True, begun: Begun | None = None
    ) -> None:
        """Takes waits where reading may wait for somebody who writes: then nothing is read ahead."""
        self.name = name
        self.head = begun.head if begun else feed.peek(HEAD_BYTES)
        self.encoding, self._mark = detect_encoding(self.head)
        self._feed = feed
        self._limits = limits
        self._waits = waits
        self._container_notes = notes
        self._started = False
        self._chunks: Generator[bytes] | None = None
        self._lines: int | None = None
        self._damage = Damage()
        self._cuts: list[tuple[int, int]] = []
        self._too_large: InputError | None = None
        self._digest = hashlib.blake2b(digest_size=16)
        self._begun = begun
        if begun:
            self._digest.update(name.encode("utf-8", "replace") + b"\0")

    @property
    def size(self) -> int:
        """Decompressed bytes read so far."""
        return self._feed.consumed

    @property
    def digest(self) -> bytes:
        """What the decompressed content read so far is known by: equal content has equal digests."""
        return self._digest.digest()

    @property
    def problem(self) -> InputError | None:
        """Why only a part can be read, with the last line that was; None while nothing is amiss."""
        failure = self._too_large or self._feed.failure
        if failure is None:
            return None
        read = f"{self.size:,} bytes" if self._lines is None else f"everything up to line {self._lines:,}"
        message = f"{failure.message}; {read} could be read." if self.size else f"{failure.message}."
        return InputError(message, location=Location(self.name, self._lines or None), hint=failure.hint)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the reader of the report: what was replaced, cut, skipped or lost."""
        problem = self.problem
        return (*self._text_notes(), *self._container_notes, *([problem.message] if problem else []))

    def head_lines(self, count: int = 200) -> list[str]:
        """Gives the first lines of the head; a last one that the head cuts through only if it is the only one.

        Where lines are so long that the head holds but a few, it reaches further: a record that is cut tells nothing.
        """
        if self._begun:
            return self._lines_of(self.head, complete=len(self.head) < HEAD_BYTES, count=count)
        size = HEAD_BYTES
        while self._feed.peek(size).count(b"\n") < _FEW_LINES and size < self._limits.line_bytes:
            size = min(2 * size, max(self._limits.line_bytes, HEAD_BYTES))
        head = self._feed.peek(size)
        return self._lines_of(head, complete=len(self._feed.peek(size + 1)) <= size, count=count)

    def _lines_of(self, head: bytes, *, complete: bool, count: int) -> list[str]:
        text = decode_head(head, complete=complete)
        lines = text.split("\n", count)
        if len(lines) <= count and (lines[-1] == "" or (not complete and len(lines) > 1)):
            lines.pop()
        return [line.removesuffix("\r") for line in lines[:count]]

    @property
    def mark(self) -> bytes:
        """The byte order mark that the content begins with, or nothing."""
        return self.head[: self._mark]

    def blocks(self, block_bytes: int = 8 << 20, *, ends: bool = False) -> Iterator[pl.DataFrame]:
        """Yields frames of line (Int64, from 1) and raw (String), some block_bytes each, blank lines included.

        Lines end at a line feed, before which one carriage return is dropped; a last line may do without. Invalid
        text becomes U+FFFD, a line that is too long is cut, and both are told in notes. With ends, the column end
        (String) holds what was dropped behind each line.
        """
        self._start()
        self._lines = self._begun.lines if self._begun else 0
        self._feed.exactly(self._mark)
        self._chunks = self._rest() if self._waits else ahead(self._rest(), first=_CHUNKS, waiting=_CHUNKS)
        chunks: Iterator[bytes] = self._chunks
        if self.encoding != "utf-8":
            chunks = utf16_to_utf8(chunks, self.encoding, self._damage)
        for block in cut(chunks, block_bytes=block_bytes, line_bytes=self._limits.line_bytes):
            frame = self._frame(block)
            yield frame.with_columns(line_ends(block.text, frame.height)) if ends else frame

    def chunks(self) -> Iterator[bytes]:
        """Yields the bytes as they are, decompressed; after the last that can be had, raises what ended them early."""
        self._start()
        yield from self._feed.rest()

    def whole(self) -> bytes:
        """Gives all bytes, up to limits.document_bytes; a longer document is cut there, which is a problem."""
        self._start()
        document = b"".join(self._at_most(self._limits.document_bytes))
        if self._feed.peek(1):
            self._too_large = InputError(
                f"is larger than {self._limits.document_bytes:,} bytes, the limit for one document",
                hint="Export a shorter period, or split it.",
            )
        return document

    @contextmanager
    def file(self) -> Iterator[BinaryIO]:
        """Gives the content as a file that can be read in any order, until the context ends.

        What is packed is copied to a temporary file, up to limits.decompressed_bytes. Raises InputError where the
        content is larger, or ends early.
        """
        self._start()
        if self._feed.file:
            yield self._feed.file
            return
        with tempfile.TemporaryFile() as copy:
            for chunk in self._feed.rest():
                if copy.tell() + len(chunk) > self._limits.decompressed_bytes:
                    raise InputError(
                        f"is larger than {self._limits.decompressed_bytes:,} bytes inside a container",
                        hint="Unpack it yourself and name the result.",
                    )
                copy.write(chunk)
            copy.flush()
            yield copy

    def close(self) -> None:
        """Ends the reading."""
        self._started = True
        if self._chunks is not None:
            self._chunks.close()
        self._feed.close()

    def _start(self) -> None:
        if self._started:
            raise RuntimeError(f"{self.name} can be read only once")
        self._started = True

    def _rest(self) -> Generator[bytes]:
        try:
            for chunk in self._feed.rest():
                self._digest.update(chunk)
                yield chunk
        except InputError:
            return  # the feed keeps it, and problem tells it

    def _at_most(self, count: int) -> Iterator[bytes]:
        try:
            for chunk in self._feed.take(count):
                self._digest.update(chunk)
                yield chunk
        except InputError:
            return

    def _frame(self, block: Block) -> pl.DataFrame:
        first = (self._lines or 0) + 1
        frame = split_lines(block.text, first, self._damage)
        self._cuts += [(first + cut.index, cut.size) for cut in block.cuts]
        self._lines = first - 1 + frame.height
        return frame

    def _text_notes(self) -> Iterator[str]:
        if self._damage.count:
            unit = "UTF-8 byte" if self.encoding == "utf-8" else "UTF-16 unit"
            plural = "" if self._damage.count == 1 else "s"
            yield f"{self._damage.count:,} invalid {unit}{plural} replaced, first on line {self._damage.line:,}"
        if self._cuts:
            line, size = self._cuts[0]
            more = f"; {len(self._cuts):,} lines were cut" if len(self._cuts) > 1 else ""
            yield f"line {line:,} was cut after {self._limits.line_bytes:,} bytes ({size:,} in all){more}"
        if self._lines == 1 and not self._begun and b"\n" not in self.head and self.head.count(b"\r") > 1:
            yield "all is one line: carriage returns alone do not end lines"
