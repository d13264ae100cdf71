"""Tells how far the reading has come, in shares of the inputs' bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analyzer.sources import Expanded, Stream

Progress = Callable[[str, float | None], None]


class Meter:
    """Counts bytes of finished files and of those being read; a compressed one counts up to its own size."""

    def __init__(self, expanded: Expanded, tell: Progress) -> None:
        local = {file: Path(file).stat().st_size if Path(file).is_file() else 0 for file in expanded.files}
        self.sizes = tuple({**local, **expanded.sizes}[file] for file in expanded.files)
        self._read = [0] * len(self.sizes)
        self._total = sum(self.sizes)
        self._tell = tell

    def show(self, number: int, stream: Stream, lines: int) -> None:
        """Tells what is being read, how many lines so far, and the share of all bytes, if sizes are known."""
        self._read[number] = min(stream.size, self.sizes[number])
        self._say(f"Reading {stream.name}: {lines:,} lines" if lines else f"Reading {stream.name}")

    def finish(self, number: int) -> None:
        """Counts a file in full."""
        self._read[number] = self.sizes[number]

    def tell(self, step: str) -> None:
        """Tells a step, with the share of all bytes."""
        self._say(step)

    def _say(self, step: str) -> None:
        self._tell(step, sum(self._read) / self._total if self._total else None)
