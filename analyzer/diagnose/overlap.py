"""Tells which access logs, and which captures, speak of the same requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

_ROWS_OF_ONE_REQUEST = (0, 1)  # browser and edge
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Counts that add up: total (source, total: requests), shared (source, other, number: requests of both)."""

    total: pl.DataFrame
    shared: pl.DataFrame


def find_overlaps(events: pl.DataFrame) -> dict[str, tuple[str, int]]:
    """Gives {source: (the source of its kind that has most of its requests, how many)} where that is the greater part.

    events: Joined.events.
    """
    return add_overlaps([count_overlaps(events)])


def count_overlaps(events: pl.DataFrame) -> Overlaps:
    """Counts the requests of some events, of which no exchange may be among other events too."""
    rows = events.filter(pl.col("hop").is_in(_ROWS_OF_ONE_REQUEST)).select("source", "exchange", "hop").unique()
    several = (
        rows.filter(pl.struct("exchange", "hop").is_duplicated()) if rows["source"].n_unique() > 1 else rows.clear()
    )
    shared = (
        several.join(several.rename({"source": "other"}), on=["exchange", "hop"])
        .filter(pl.col("source") != pl.col("other"))
        .group_by("source", "other")
        .agg(number=pl.len().cast(pl.Int64))
    )
    return Overlaps(rows.group_by("source").agg(total=pl.len().cast(pl.Int64)), shared)


def add_overlaps(counts: Sequence[Overlaps]) -> dict[str, tuple[str, int]]:
    """Gives what find_overlaps gives for all that was counted."""
    total = pl.concat([each.total for each in counts]).group_by("source").agg(pl.col("total").sum())
    shared = (
        pl.concat([each.shared for each in counts])
        .group_by("source", "other")
        .agg(pl.col("number").sum())
        .join(total, on="source")
        .filter(pl.col("number") > _MOST * pl.col("total"))
        .sort("source", "number", "other", descending=[False, True, False])
        .unique("source", keep="first", maintain_order=True)
    )
    return {source: (other, number) for source, other, number in shared.select("source", "other", "number").iter_rows()}
