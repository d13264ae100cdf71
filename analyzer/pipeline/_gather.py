"""Lays the events of many parts that overlap in time into few, each in the order of time, so that slices read few."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl

from analyzer.pipeline._slices import Move, Slice, Survey, touched
from analyzer.pipeline._tables import write_part
from analyzer.schema import conform

_TIMES_READ = 3  # as often as this a part may be read for slices before it pays to write it anew
_TOGETHER = 200_000  # rows that are sorted in memory at once
_GROUP = 4_000  # rows in a row group, of whose times Parquet knows the least and the greatest


def overlap_much(found: Survey, slices: Sequence[Slice]) -> bool:
    """Tells whether the slices would read far more rows than there are, or open far more files than they need."""
    rows = found.parts["rows"].to_list()
    read = [touched(found, each) for each in slices]
    files, total = sum(map(len, read)), sum(rows[number] for each in read for number in each)
    return total > _TIMES_READ * found.rows or files > _TIMES_READ * (len(slices) + len(rows))


def gather(parts: Sequence[Path], work: Path, move: Move | None) -> tuple[Path, ...]:
    """Writes the rows with corrected times to new parts, each sorted by time, source and line; the old ones stay."""
    return tuple(
        write_part(work, f"gathered-{number:06}", frame, row_group_size=_GROUP).path
        for number, frame in enumerate(_heaps(parts, move))
    )


def _heaps(parts: Iterable[Path], move: Move | None) -> Iterator[pl.DataFrame]:
    held: list[pl.DataFrame] = []
    for part in parts:
        held.append(pl.read_parquet(part, glob=False))
        if sum(frame.height for frame in held) >= _TOGETHER:
            yield _sorted(held, move)
            held = []
    if held:
        yield _sorted(held, move)


def _sorted(frames: Sequence[pl.DataFrame], move: Move | None) -> pl.DataFrame:
    together = pl.concat(frames, how="diagonal")
    moved = move(conform(together)) if move else together
    return moved.sort("timestamp", "source", "line", nulls_last=True)
