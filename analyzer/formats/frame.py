"""Reads the Parquet frame that `analyzer parse` and `analyze --events` write."""

from __future__ import annotations

from typing import BinaryIO

from analyzer.formats._frame_rows import ParquetFrame, open_parquet


class ParquetFrameFormat:
    """The canonical frame, so that logs need to be parsed only once."""

    name = "frame"
    title = "frame of an earlier run, as Parquet"
    documentation = "https://parquet.apache.org/docs/file-format/"
    product = ""
    kind = "request"

    def recognise(self, head: bytes) -> bool:
        """Whether the first bytes are Parquet's magic number and the begin of a header, which no text has."""
        return head[:5] == b"PAR1\x15"

    def open_frame(self, file: BinaryIO) -> ParquetFrame:
        """Opens the file; raises InputError if it is broken, is no frame, or has other columns than this version."""
        return open_parquet(file)


FORMATS = (ParquetFrameFormat(),)
