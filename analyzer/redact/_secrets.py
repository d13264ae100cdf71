"""Names what the leak gate needs of the engine: which secrets spread, and how they may be written."""

from __future__ import annotations

from analyzer.redact._spellings import spellings, spreads

__all__ = ["spellings", "spreads"]
