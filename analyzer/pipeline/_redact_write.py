"""The second pass of redaction: reads every source again and writes it redacted, line by line."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import TypeVar

import polars as pl

from analyzer.pipeline._redact_learn import LearntSource
from analyzer.redact import Explainer, Fired, Redactor, hide_places
from analyzer.sources import Stream

A = TypeVar("A")
B = TypeVar("B")


class LineWriter:
    """Writes lines with their own ends, encoding and mark; an explainer makes it note what was replaced."""

    def __init__(self, redactor: Redactor, workers: Workers, explainer: Explainer | None) -> None:
        self._redactor = redactor
        self._workers = workers
        self._explainer = explainer

    def write(self, stream: Stream, source: LearntSource, path: Path) -> tuple[int, list[Fired]]:
        """Writes a stream into a new file; gives the number of lines, and what fired on them."""

        def clean(block: pl.DataFrame) -> tuple[bytes, int, list[Fired]]:
            places = source.places_on(block)
            hidden = hide_places(block, places)
            lines = block.with_columns(self._redactor.replace(hidden["raw"]).alias("clean"))
            text = lines.select(pl.concat_str("clean", "end").str.join("")).item()
            fired = self._explainer.explain(lines, source.name, places) if self._explainer else []
            return str(text).encode(stream.encoding), block.height, fired

        count, trail = 0, []
        with path.open("xb") as file:
            file.write(stream.mark)
            for data, height, fired in self._workers.in_order(clean, stream.blocks(ends=True)):
                file.write(data)
                count += height
                trail += fired
        return count, trail


class Workers:
    """Does things at once, as many as asked for, and gives the results in order: they never depend on the number."""

    def __init__(self, executor: Executor, count: int) -> None:
        self._executor = executor
        self._count = count

    def in_order(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Yields function(item) for each item; no more than a few items are taken ahead, as each may be large."""
        waiting: deque[Future[B]] = deque()
        for item in items:
            waiting.append(self._executor.submit(function, item))
            if len(waiting) > self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
