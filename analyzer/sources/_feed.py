"""Bytes that arrive in chunks, with a look ahead and exact reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from analyzer.errors import InputError

CHUNK_BYTES = 256 << 10


class Feed:
    """Reads chunks as one sequence of bytes.

    consumed counts the bytes that were read. failure is what ended the chunks early, a system error included; every
    read beyond it raises it, after all bytes before it were given. file is set where the same bytes can be read in
    any order.
    """

    def __init__(
        self, chunks: Iterable[bytes], *, failure: InputError | None = None, file: BinaryIO | None = None
    ) -> None:
        self.consumed = 0
        self.failure = failure
        self.file = file
        self._chunks = iter(chunks)
        self._buffer = b""
        self._at = 0

    def peek(self, count: int) -> bytes:
        """Gives up to count bytes without reading them; fewer only before the end or a failure."""
        while len(self._buffer) - self._at < count and self._pull():
            pass
        return self._buffer[self._at : self._at + count]

    def some(self, at_most: int) -> bytes:
        """Reads what is at hand, at least one byte unless the end is reached."""
        if self._at == len(self._buffer) and not self._pull():
            if self.failure:
                raise self.failure
            return b""
        piece = self._buffer[self._at : self._at + at_most]
        self._move(len(piece))
        return piece

    def unread(self, count: int) -> None:
        """Puts back the last count bytes of what some() gave last."""
        self._move(-count)

    def exactly(self, count: int) -> bytes:
        """Reads count bytes, fewer only before the end."""
        return b"".join(self.take(count))

    def take(self, count: int) -> Iterator[bytes]:
        """Reads the next count bytes in chunks."""
        while count and (piece := self.some(count)):
            count -= len(piece)
            yield piece

    def rest(self) -> Iterator[bytes]:
        """Reads everything that is left in chunks."""
        while piece := self.some(1 << 62):
            yield piece

    def close(self) -> None:
        """Forgets what was not read."""
        self._chunks = iter(())
        self._buffer = b""
        self._at = 0

    def _pull(self) -> bool:
        try:
            chunk = next((chunk for chunk in self._chunks if chunk), b"")
        except InputError as error:
            self.failure = error
            return False
        except OSError as error:
            self.failure = InputError(f"could not be read further ({error.strerror or error})")
            return False
        if chunk:
            self._buffer = self._buffer[self._at :] + chunk
            self._at = 0
        return bool(chunk)

    def _move(self, count: int) -> None:
        self._at += count
        self.consumed += count


def read_chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yields the bytes of a file from where it stands."""
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
