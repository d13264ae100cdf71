"""gzip (RFC 1952), one or many members."""

from __future__ import annotations

from analyzer.sources._container import Compression, concatenated
from analyzer.sources._inflate import PIECE_BYTES, Inflate


def recognise(head: bytes) -> bool:
    """Whether the bytes begin a gzip member, even if nothing but its first byte is left."""
    return head[:2] == b"\x1f\x8b" or head == b"\x1f"


def _start() -> Inflate:
    return Inflate("gzip", 31)


CONTAINER = Compression("gzip", recognise, concatenated("gzip", _start, recognise, piece_bytes=PIECE_BYTES))
