"""Reads the blocks of one source so that no event is cut between two of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import polars as pl

from analyzer.formats import _peel
from analyzer.formats._chain import BegunBlock, BlockResult, begin_block, finish_block
from analyzer.formats._detection import choose, make
from analyzer.formats._plugin import LINES, Format, Remembering, Spanning, Wrapper

_FIRST_LOOK = 400
_MOST_HELD = 20_000
_MOST_TRIES = 20


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A block that is being read, and what was held back when its lines were cut off."""

    block: pl.DataFrame
    held: pl.DataFrame
    begun: Future[BegunBlock]


class Reader:
    """Holds the last lines of a block back until it is known where their event ends."""

    def __init__(self, formats: Sequence[Format], wrappers: Sequence[Wrapper], zone: str, now: datetime) -> None:
        self._formats = tuple(formats)
        self._wrappers = tuple(wrappers)
        self._zone = zone
        self._now = now
        self._held = pl.DataFrame(schema=LINES)
        self._judged: set[str] = set()
        self._tries = 0

    def read(self, block: pl.DataFrame) -> BlockResult:
        """Reads what was held back and the block (line, raw), but for the end that may go on in the next block."""
        return self._finish(self._begin(self._cut(block), self._formats))

    def finish(self) -> BlockResult:
        """Reads what is still held back."""
        lines, self._held = self._held, self._held.clear()
        return self._finish(self._begin(lines, self._formats))

    def rest(self) -> Iterator[BlockResult]:
        """Yields what finish gives, if anything is held back when it is asked for."""
        if self._held.height:
            yield self.finish()

    def results(self, blocks: Iterator[pl.DataFrame], pool: Executor, most: int) -> Iterator[BlockResult]:
        """Yields what read gives for each of the blocks, and the rest; up to so many are read side by side."""
        waiting: deque[_Ahead] = deque()
        while True:
            room = 1 if self._remembers else most
            waiting += (self._ahead(block, pool) for block in islice(blocks, max(0, room - len(waiting))))
            if not waiting:
                break
            step, known = waiting.popleft(), self._formats
            result = self._finish(step.begun.result())
            if self._formats is not known:  # what is ahead was cut and read without what is known now
                self._held = step.held
                waiting = deque(self._ahead(each.block, pool) for each in waiting)
            yield result
        yield from self.rest()

    def _ahead(self, block: pl.DataFrame, pool: Executor) -> _Ahead:
        lines = self._cut(block)
        return _Ahead(block, self._held, pool.submit(self._begin, lines, self._formats))

    def _cut(self, block: pl.DataFrame) -> pl.DataFrame:
        """Gives the lines that can be read now, and holds the others back."""
        lines = pl.concat([self._held, block.select(pl.col(name).cast(dtype) for name, dtype in LINES.items())])
        pending = self._pending(lines)
        if pending > _MOST_HELD:
            pending = 0
        self._held = lines.tail(pending)
        return lines.head(lines.height - pending)

    def _begin(self, lines: pl.DataFrame, formats: Sequence[Format]) -> BegunBlock:
        return begin_block(lines, formats, self._zone, self._wrappers, self._now)

    @property
    def _remembers(self) -> bool:
        return any(isinstance(form, Remembering) for form in self._formats)

    def _finish(self, begun: BegunBlock) -> BlockResult:
        result = finish_block(begun, self._further)
        if self._remembers:
            inside = self._peel(begun.lines).select("line", "raw")
            self._formats = tuple(
                form.after(inside) if isinstance(form, Remembering) else form for form in self._formats
            )
        return result

    def _further(self, unread: pl.DataFrame) -> tuple[Format, ...]:
        """Gives formats that read lines of a make that was not met before: many a log changes behind its head."""
        made = unread.with_columns(_made=make(pl.col("raw"))).unique("_made", keep="first", maintain_order=True)
        fresh = made.filter(~pl.col("_made").is_in(sorted(self._judged)))
        if fresh.is_empty() or self._tries >= _MOST_TRIES:
            return ()
        self._tries += 1
        self._judged |= set(fresh["_made"])
        known = {form.name for form in self._formats}
        found = tuple(form for form in choose(fresh.select(list(LINES)), self._zone) if form.name not in known)
        if found:
            self._formats = (*self._formats, *found)
        return found

    def _peel(self, lines: pl.DataFrame) -> pl.DataFrame:
        return _peel.peel(lines, self._wrappers, self._zone, self._now)

    def _pending(self, lines: pl.DataFrame) -> int:
        pending = max((wrapper.pending(lines) for wrapper in self._wrappers[:1]), default=0)
        spanning = [form for form in self._formats if isinstance(form, Spanning)]
        look = _FIRST_LOOK
        while spanning:
            tail = lines.tail(look)
            last = self._last_event(tail, spanning)
            if last is not None:
                return max(pending, tail.filter(pl.col("line") >= last).height)
            if look >= lines.height or look > _MOST_HELD:
                break
            look *= 8
        return pending

    def _last_event(self, tail: pl.DataFrame, spanning: Sequence[Spanning]) -> int | None:
        """Gives the earliest line on which the last event of one of the mixed streams begins."""
        inside = self._peel(tail)
        begun = [form.parse(inside.select("line", "raw"), self._zone).events.select("line") for form in spanning]  # type: ignore[attr-defined]
        streams = inside.select("line", "stream").join(pl.concat(begun), on="line", how="semi")
        last = streams.group_by("stream").agg(pl.col("line").max())["line"].min()
        return last if isinstance(last, int) else None
