"""Turns what the user names into streams of lines or documents; reads bytes, never parses them."""

from __future__ import annotations

from analyzer.sources._limits import Limits
from analyzer.sources._open import open_streams
from analyzer.sources._paths import Expanded, displayed, expand
from analyzer.sources._stream import Stream

__all__ = ["Expanded", "Limits", "Stream", "displayed", "expand", "open_streams"]
