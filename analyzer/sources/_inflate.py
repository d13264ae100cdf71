"""Deflate data, salvaged up to the byte where it is damaged: the only door to zlib-ng."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, Self, cast

from zlib_ng import zlib_ng

from analyzer.errors import InputError

# Deflate grows 1,032 times at most, so one piece never gives more than 17 MB.
PIECE_BYTES = 16 << 10

_DAMAGE = cast("type[Exception]", zlib_ng.error)  # its stubs say that it is an instance, and leave out copy


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...
    def copy(self) -> Self: ...


class Inflate:
    """Decodes one deflate stream; window_bits as in zlib: 31 with gzip's header and checksum, -15 bare."""

    def __init__(self, name: str, window_bits: int) -> None:
        self._name = name
        self._decompressor = cast("_Decompressor", zlib_ng.decompressobj(window_bits))

    @property
    def ended(self) -> bool:
        """Whether the stream is complete."""
        return self._decompressor.eof

    @property
    def leftover(self) -> int:
        """How many of the bytes fed last lie behind the end of the stream."""
        return len(self._decompressor.unused_data)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yields what the piece decompresses to; of a damaged piece all that stands before the damage."""
        step = len(piece)
        while piece and not self._decompressor.eof:
            before = self._decompressor.copy()
            try:
                decoded = self._decompressor.decompress(piece[:step])
            except _DAMAGE as error:
                if step == 1:
                    raise InputError(f"holds damaged {self._name} data ({_reason(error)})") from error
                # An error takes the whole call's output with it: try again with less, down to the damaged byte.
                self._decompressor = before
                step //= 2
                continue
            yield decoded
            piece = piece[step:]


def _reason(error: Exception) -> str:
    return str(error).rpartition(": ")[2]
