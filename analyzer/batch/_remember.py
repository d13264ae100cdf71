"""What is known of all logs after a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from analyzer.batch._context import Inputs
from analyzer.batch._known import Known, Mark
from analyzer.batch._piece import known_whole
from analyzer.batch._survey import Survey
from analyzer.pipeline import Run
from analyzer.sources import displayed


def remembered(
    found: Survey, inputs: Inputs | None, done: Run | None, moment: float, oldest: float
) -> tuple[Known, ...]:
    """Gives all logs as they are known now; of those that lie nowhere only what was seen since oldest.

    inputs is what was read and done what came of it, None where nothing was.
    """
    logs = [*found.present, *(each for each in found.vanished if each.seen >= oldest)]
    logs += _copies(found, moment)
    if done is not None and inputs is not None:
        events = _events(done)
        shorter = done.plan.machine.shorter
        for piece in inputs.pieces:
            if piece.is_read:
                mine = events.filter(pl.col("source") == shorter(displayed(piece.content.path)))
                logs.append(_timed(piece.known(moment), mine, piece.start))
            elif piece.earlier is not None:
                logs.append(replace(piece.earlier, stamp=None, seen=moment))
        for content in found.wholes:
            name = shorter(displayed(content.path))
            mine = events.filter((pl.col("source") == name) | pl.col("source").str.starts_with(f"{name}!"))
            whole = known_whole(content, moment)
            logs.append(replace(whole, end=replace(whole.end, until=_latest(mine))))
    return tuple(logs)


def _copies(found: Survey, moment: float) -> Iterator[Known]:
    for copy in found.copies:
        if copy.of is None or copy.of.is_read:
            for _ in copy.piece.fresh_chunks():
                pass  # its lines are counted, nothing else
            yield copy.piece.known(moment)


def _events(done: Run) -> pl.DataFrame:
    """Gives source, line, at (microseconds since 1970) of all events."""
    assert done.joined is not None  # noqa: S101 - filled by the stages
    return done.joined.events.select("source", "line", at=pl.col("timestamp").dt.epoch("us"))


def _latest(events: pl.DataFrame) -> int | None:
    found = events["at"].max()
    return found if isinstance(found, int) else None


def _timed(known: Known, events: pl.DataFrame, start: Mark) -> Known:
    """Says of each line end how late the events before it are."""
    ordered = events.sort("line").select("line", pl.col("at").cum_max().forward_fill())
    marks = [mark for mark in known.marks if mark.lines > start.lines]
    untils = _before(ordered, [*marks, known.end], start.until)
    earlier = tuple(mark for mark in known.marks if mark.lines <= start.lines)
    told = [replace(mark, until=until) for mark, until in zip([*marks, known.end], untils, strict=True)]
    return replace(known, marks=(*earlier, *told[:-1]), end=told[-1])


def _before(ordered: pl.DataFrame, marks: Sequence[Mark], until: int | None) -> list[int | None]:
    places = ordered["line"].search_sorted(pl.Series([mark.lines for mark in marks]), side="right").to_list()
    found = [ordered["at"][place - 1] if place else None for place in places]
    return [max((each for each in (at, until) if each is not None), default=None) for at in found]
