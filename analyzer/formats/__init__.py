"""Turns lines into events: every public module here is a plug-in that exports FORMATS."""

from __future__ import annotations

from analyzer.formats._chain import BlockResult, read_block
from analyzer.formats._compile import compile_log_format
from analyzer.formats._detection import Choice, Score, detect
from analyzer.formats._registered import document_formats, line_formats

__all__ = [
    "BlockResult",
    "Choice",
    "Score",
    "compile_log_format",
    "detect",
    "document_formats",
    "line_formats",
    "read_block",
]
