"""Tells which access logs, and which captures, speak of the same requests."""

from __future__ import annotations

import polars as pl

_ROWS_OF_ONE_REQUEST = (0, 1)  # browser and edge
_MOST = 0.5


def find_overlaps(events: pl.DataFrame) -> dict[str, tuple[str, int]]:
    """Gives {source: (the source of its kind that has most of its requests, how many)} where that is the greater part.

    events: Joined.events.
    """
    rows = events.filter(pl.col("hop").is_in(_ROWS_OF_ONE_REQUEST)).select("source", "exchange", "hop").unique()
    total = rows.group_by("source").agg(total=pl.len())
    shared = (
        rows.join(rows.rename({"source": "other"}), on=["exchange", "hop"])
        .filter(pl.col("source") != pl.col("other"))
        .group_by("source", "other")
        .agg(number=pl.len().cast(pl.Int64))
        .join(total, on="source")
        .filter(pl.col("number") > _MOST * pl.col("total"))
        .sort("source", "number", "other", descending=[False, True, False])
        .unique("source", keep="first", maintain_order=True)
    )
    return {source: (other, number) for source, other, number in shared.select("source", "other", "number").iter_rows()}
