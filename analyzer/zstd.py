"""Reads Zstandard (RFC 8878): the only door to zstandard."""

from __future__ import annotations

import io
from typing import Protocol

import zstandard

ZstdError = zstandard.ZstdError


class Decompressor(Protocol):
    """Reads one frame, piece by piece."""

    @property
    def eof(self) -> bool:
        """Tells whether the frame has ended."""

    @property
    def unused_data(self) -> bytes:
        """Gives what stands behind the end of the frame."""

    def decompress(self, data: bytes, /) -> bytes:
        """Gives the bytes that the next piece holds; raises ZstdError for damage."""


def decompressor() -> Decompressor:
    """Gives a new reader of one frame."""
    return zstandard.ZstdDecompressor().decompressobj()


def beginning(data: bytes, most: int) -> bytes:
    """Gives the first bytes, at most so many, of compressed data; raises ZstdError for damage."""
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)) as reader:
        return reader.read(most)
