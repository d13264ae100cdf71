"""bzip2, one or many streams."""

from __future__ import annotations

import bz2

from analyzer.sources._bounded import Bounded
from analyzer.sources._container import Compression, concatenated

_BLOCK = b"\x31\x41\x59\x26\x53\x59"
_END = b"\x17\x72\x45\x38\x50\x90"  # stands in place of a block if the content is empty


def recognise(head: bytes) -> bool:
    """Whether the bytes begin a bzip2 stream; three letters alone would be text."""
    return head[:3] == b"BZh" and head[3:4] in b"123456789" and head[4:10] in (_BLOCK, _END)


def _start() -> Bounded:
    return Bounded("bzip2", bz2.BZ2Decompressor(), (OSError, ValueError))


CONTAINER = Compression("bzip2", recognise, concatenated("bzip2", _start, recognise, piece_bytes=16 << 10))
