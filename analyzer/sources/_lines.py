"""Cuts a stream of UTF-8 into blocks of whole lines, and keeps only the beginning of a giant line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cut:
    """A line of which only the beginning was kept: its index in the block, and the bytes it had."""

    index: int
    size: int


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines. text begins with a line feed that belongs to none of them."""

    text: bytes
    cuts: tuple[Cut, ...]


def cut(chunks: Iterable[bytes], *, block_bytes: int, line_bytes: int) -> Iterator[Block]:
    """Yields blocks of about block_bytes, cut at line feeds; a line keeps line_bytes at most."""
    gatherer = _Gatherer(line_bytes)
    step = min(block_bytes, line_bytes)
    for chunk in chunks:
        for at in range(0, len(chunk), step):
            gatherer.add(chunk if len(chunk) <= step else chunk[at : at + step])
            if gatherer.size >= block_bytes:
                yield gatherer.block()
    gatherer.end()
    if gatherer.size:
        yield gatherer.block()


class _Gatherer:
    def __init__(self, line_bytes: int) -> None:
        self.size = 0
        self._line_bytes = line_bytes
        self._parts: list[bytes | bytearray | memoryview] = [b"\n"]
        self._cuts: list[Cut] = []
        self._open = bytearray()
        self._open_size = 0
        self._ends_with_return = False

    def add(self, piece: bytes) -> None:
        """Takes in the next bytes, no more than a line may keep."""
        first = piece.find(b"\n")
        if first < 0:
            self._extend(piece)
            return
        last = piece.rfind(b"\n")
        self._extend(piece[:first])
        self._close()
        self._store(memoryview(piece)[first : last + 1])
        self._extend(piece[last + 1 :])

    def end(self) -> None:
        """Makes what has no line feed at its end a line."""
        if self._open_size:
            self._close()

    def block(self) -> Block:
        """Takes the lines that are whole."""
        block = Block(b"".join(self._parts), tuple(self._cuts))
        self.size = 0
        self._parts = [b"\n"]
        self._cuts = []
        return block

    def _extend(self, piece: bytes) -> None:
        if piece:
            self._open += piece[: max(0, self._line_bytes + 1 - len(self._open))]
            self._open_size += len(piece)
            self._ends_with_return = piece.endswith(b"\r")

    def _close(self) -> None:
        size = self._open_size - self._ends_with_return
        if size > self._line_bytes:
            index = sum(bytes(part).count(b"\n") for part in self._parts) - 1
            self._cuts.append(Cut(index, size))
            self._store(_whole_characters(self._open[: self._line_bytes]))
        else:
            self._store(self._open)
        self._open = bytearray()
        self._open_size = 0
        self._ends_with_return = False

    def _store(self, part: bytes | bytearray | memoryview) -> None:
        self._parts.append(part)
        self.size += len(part)


def _whole_characters(text: bytearray) -> bytearray:
    """Drops a UTF-8 character that the end cuts through, unless it is all there is."""
    for back in range(1, min(4, len(text))):
        byte = text[-back]
        if byte & 0xC0 != 0x80:
            length = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            return text[:-back] if length > back else text
    return text
