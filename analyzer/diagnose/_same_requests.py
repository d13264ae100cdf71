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
_COVERED = 0.25


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
    now, then = ([_share(fewer, more, columns, by) for by in shifts] for shifts in (_SLACK, _ELSEWHERE))
    elsewhere = sorted(share for share in then if share is not None)
    if not elsewhere:
        return False
    best, chance = max(share or 0.0 for share in now), elsewhere[len(elsewhere) // 2]
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


def _share(mine: pl.DataFrame, theirs: pl.DataFrame, columns: Sequence[str], shift: int) -> float | None:
    """Gives the share of my rows, of the time that theirs still cover when shifted; None if that is too little."""
    moved = theirs.with_columns(pl.col("second") + shift)
    bounds = moved.select(first=pl.col("second").min(), last=pl.col("second").max()).row(0)
    covered = mine.filter(pl.col("second").is_between(*bounds))
    total = int(covered["number"].sum())
    if total < _COVERED * int(mine["number"].sum()):
        return None
    both = covered.join(moved, on=[*columns, "second"], suffix="_other")
    return float(both.select(pl.min_horizontal("number", "number_other").sum()).item() or 0) / total
