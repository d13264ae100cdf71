"""Turns what the user names into streams of lines or documents; reads bytes, never parses them."""

from __future__ import annotations

from analyzer.paths import Expanded, displayed, expand
from analyzer.sources._ahead import ahead
from analyzer.sources._limits import Limits
from analyzer.sources._open import open_part, open_streams
from analyzer.sources._stream import HEAD_BYTES, Begun, Stream
from analyzer.sources._text import detect_encoding

__all__ = [
    "HEAD_BYTES",
    "Begun",
    "Expanded",
    "Limits",
    "Stream",
    "ahead",
    "detect_encoding",
    "displayed",
    "expand",
    "open_part",
    "open_streams",
]
