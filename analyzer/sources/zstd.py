"""Zstandard (RFC 8878), one or many frames."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.errors import InputError
from analyzer.sources._container import Compression, concatenated
from analyzer.zstd import ZstdError, decompressor

# A block of 128 KiB can be as short as 4 bytes, so a piece never gives more than some 30 MB.
_PIECE_BYTES = 1 << 10


class _Frame:
    def __init__(self) -> None:
        self._decompressor = decompressor()

    @property
    def ended(self) -> bool:
        return self._decompressor.eof

    @property
    def leftover(self) -> int:
        return len(self._decompressor.unused_data)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        try:
            yield self._decompressor.decompress(piece)
        except ZstdError as error:
            reason = str(error).rpartition(": ")[2]
            raise InputError(f"holds damaged zstd data ({reason})") from error


def recognise(head: bytes) -> bool:
    """Whether the bytes begin a frame, or one of the 16 kinds of skippable frames."""
    return head[:4] == b"\x28\xb5\x2f\xfd" or (head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50)


CONTAINER = Compression("zstd", recognise, concatenated("zstd", _Frame, recognise, piece_bytes=_PIECE_BYTES))
