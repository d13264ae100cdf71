"""Turns lines into events: every public module here is a plug-in that exports FORMATS."""

from __future__ import annotations

from analyzer.formats._chain import LONG_AGO, BlockResult, read_block
from analyzer.formats._compile import compile_log_format
from analyzer.formats._configuration import Configuration, read_configuration
from analyzer.formats._custom import read_custom_format
from analyzer.formats._detection import Choice, detect
from analyzer.formats._frame_rows import FRAME_KEY
from analyzer.formats._har_entry import HarEntry, har_entries
from analyzer.formats._har_headers import Headers
from analyzer.formats._har_page_times import HarPage, har_pages
from analyzer.formats._har_text import load_json
from analyzer.formats._plugin import DocumentFormat, Format, Frame, FrameFormat
from analyzer.formats._reader import Reader
from analyzer.formats._registered import document_formats, frame_formats, line_formats, line_wrappers
from analyzer.formats._scores import Score

__all__ = [
    "FRAME_KEY",
    "LONG_AGO",
    "BlockResult",
    "Choice",
    "Configuration",
    "DocumentFormat",
    "Format",
    "Frame",
    "FrameFormat",
    "HarEntry",
    "HarPage",
    "Headers",
    "Reader",
    "Score",
    "compile_log_format",
    "detect",
    "document_formats",
    "frame_formats",
    "har_entries",
    "har_pages",
    "line_formats",
    "line_wrappers",
    "load_json",
    "read_block",
    "read_configuration",
    "read_custom_format",
]
