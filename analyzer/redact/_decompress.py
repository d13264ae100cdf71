"""Reads compressed text that stands in base64, within limits."""

from __future__ import annotations

import base64
import binascii
import zlib

from analyzer.zstd import ZstdError, beginning

# How base64 writes the first bytes of gzip (RFC 1952, 2.3.1), zlib (RFC 1950, 2.2) and Zstandard (RFC 8878, 3.1.1).
MAGIC = ("H4sI", "eJ", "eN", "eA", "eF", "KLUv")
_LIMIT = 1_000_000  # bytes of text


def decompressed(piece: str) -> str | None:
    """Gives the text that base64 of gzip, zlib or Zstandard holds, its first megabyte; None if it is none of them."""
    bare = piece.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(bare + "=" * (-len(bare) % 4))
        content = (
            beginning(data, _LIMIT) if bare.startswith("KLUv") else zlib.decompressobj(47).decompress(data, _LIMIT)
        )
    except (binascii.Error, zlib.error, ZstdError):
        return None
    return content.decode("utf-8", "replace") if content else None
