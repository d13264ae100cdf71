"""Tells whether two sides speak of the same requests, by how their counts agree second by second."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_SLACK = (0, -1, 1, -2, 2)
_ELSEWHERE = (-31, -23, -14, -9, -5, 5, 9, 14, 23, 31)
_LEAST = 0.7
_FEWEST = 5
_FEWEST_KINDS = 3
_MOST_ROWS = 50_000


def speak_of_the_same(some: pl.DataFrame, others: pl.DataFrame, columns: Sequence[str]) -> bool:
    """Whether seven in ten of the smaller side's rows have one of their own on the other side in the same second.

    Rows are alike by columns, of what both sides know and in the time that both cover; at: their end. As busy servers
    answer alike at any time, shifting one side by some seconds must lose half of what is left to be had.
    """
    sides = [in_common(one, other, columns) for one, other in ((some, others), (others, some))]
    smaller, larger = sorted(sides, key=lambda side: side.height)
    if smaller.height < _FEWEST or smaller.select(columns).n_unique() < _FEWEST_KINDS:
        return False
    fewer, more = (_counts(side, columns) for side in (smaller.head(_MOST_ROWS), larger))
    total = min(smaller.height, _MOST_ROWS)
    now, then = ([_matched(fewer, more, columns, by) / total for by in shifts] for shifts in (_SLACK, _ELSEWHERE))
    best, chance = max(now), sorted(then)[len(then) // 2]
    return best >= _LEAST and best - chance >= (1 - chance) / 2


def in_common(mine: pl.DataFrame, theirs: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Keeps rows of which the other side has any that is alike by columns, in the time that it covers."""
    bounds = theirs.select(first=pl.col("at").min(), last=pl.col("at").max()).row(0)
    if bounds[0] is None:
        return mine.clear()
    near = mine.filter(pl.col("at").is_between(*bounds)).join(
        theirs.select(columns).unique(), on=list(columns), how="semi", maintain_order="left"
    )
    return near.sort("at", "event")


def _counts(side: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    return side.group_by(*columns, second=pl.col("at").dt.epoch("s")).agg(number=pl.len().cast(pl.Int64))


def _matched(mine: pl.DataFrame, theirs: pl.DataFrame, columns: Sequence[str], shift: int) -> int:
    moved = theirs.with_columns(pl.col("second") + shift)
    both = mine.join(moved, on=[*columns, "second"], suffix="_other")
    return int(both.select(pl.min_horizontal("number", "number_other").sum()).item() or 0)
