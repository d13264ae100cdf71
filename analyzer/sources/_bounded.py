"""Decompression with the interface that bz2 and lzma share, a bounded piece at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from analyzer.errors import InputError

# What is decoded in the call that meets damage is lost, so it is kept small.
OUTPUT_BYTES = 32 << 10


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Bounded:
    """Decodes one stream; errors are the classes that the decompressor raises for damaged data."""

    def __init__(self, name: str, decompressor: _Decompressor, errors: tuple[type[Exception], ...]) -> None:
        self._name = name
        self._decompressor = decompressor
        self._errors = errors

    @property
    def ended(self) -> bool:
        """Whether the stream is complete."""
        return self._decompressor.eof

    @property
    def leftover(self) -> int:
        """How many of the bytes fed last lie behind the end of the stream."""
        return len(self._decompressor.unused_data)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yields what the piece decompresses to."""
        while True:
            try:
                decoded = self._decompressor.decompress(piece, OUTPUT_BYTES)
            except self._errors as error:
                raise InputError(f"holds damaged {self._name} data ({error})") from error
            yield decoded
            piece = b""
            if self._decompressor.eof or self._decompressor.needs_input:
                return
