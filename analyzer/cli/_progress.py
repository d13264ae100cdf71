"""Shows what is being done while a person waits at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from analyzer.cli._text import visible


def _silent(_: str, __: float | None) -> None:
    pass


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, float | None], None]]:
    """Yields a function that is told each step and the share that is done; it draws only on a terminal."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("Starting", total=None)
        yield lambda step, share: shown.update(
            task, description=visible(step), total=None if share is None else 1.0, completed=share or 0.0
        )
