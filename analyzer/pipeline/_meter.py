"""Tells how far the reading has come, in shares of the inputs' bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from analyzer.sources import Stream

Progress = Callable[[str, float | None], None]


class Meter:
    """Counts bytes of finished files and of the one being read; a compressed one counts up to its own size."""

    def __init__(self, files: Sequence[str], tell: Progress) -> None:
        self._sizes = {file: Path(file).stat().st_size if Path(file).is_file() else 0 for file in files}
        self._total = sum(self._sizes.values())
        self._finished = 0
        self._size = 0
        self._tell = tell

    def begin(self, file: str) -> None:
        """Counts the file before as finished."""
        self._finished += self._size
        self._size = self._sizes[file]

    def show(self, stream: Stream, lines: int) -> None:
        """Tells what is being read, how many lines so far, and the share of all bytes, if sizes are known."""
        share = (self._finished + min(stream.size, self._size)) / self._total if self._total else None
        self._tell(f"Reading {stream.name}: {lines:,} lines" if lines else f"Reading {stream.name}", share)
