"""The second pass of redaction: reads every source again and writes it redacted, line by line."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import TypeVar

import polars as pl

from analyzer.pipeline._redact_learn import LearntSource
from analyzer.redact import Redactor, hide_places
from analyzer.sources import Stream

A = TypeVar("A")
B = TypeVar("B")


def write_lines(stream: Stream, source: LearntSource, redactor: Redactor, path: Path, workers: Workers) -> int:
    """Writes the lines of a stream with their own ends, encoding and mark; gives their number."""

    def clean(block: pl.DataFrame) -> tuple[int, bytes]:
        hidden = hide_places(block, source.places_on(block))
        lines = hidden.with_columns(redactor.replace(hidden["raw"]).alias("raw"))
        text = lines.select(pl.concat_str("raw", "end").str.join("")).item()
        return block.height, str(text).encode(stream.encoding)

    count = 0
    with path.open("xb") as file:
        file.write(stream.mark)
        for height, data in workers.in_order(clean, stream.blocks(ends=True)):
            file.write(data)
            count += height
    return count


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
