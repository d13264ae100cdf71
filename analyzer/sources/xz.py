"""xz, one or many streams (The .xz file format, 1.2.1)."""

from __future__ import annotations

import lzma

from analyzer.sources._bounded import Bounded
from analyzer.sources._container import Compression, concatenated

_MAGIC = b"\xfd7zXZ\x00"
_MEMORY_BYTES = 256 << 20  # `xz -9` needs 65 MiB to decompress


def recognise(head: bytes) -> bool:
    """Whether the bytes begin an xz stream."""
    return head[:6] == _MAGIC


def _start() -> Bounded:
    decompressor = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MEMORY_BYTES)
    return Bounded("xz", decompressor, (lzma.LZMAError,))


CONTAINER = Compression("xz", recognise, concatenated("xz", _start, recognise, piece_bytes=16 << 10))
