"""Ties the entries of two captures that tell of the same request, as when somebody saved a recording twice."""

from __future__ import annotations

import polars as pl

_BROWSER = 0
_SAME = ("stamped_at", "duration_us", "method", "url", "status", "error")


def attach_capture_twins(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join, candidates), with entries of several captures that have no key yet.

    Start to the microsecond, duration, method, URL and outcome are equal: no two requests of one or of two browsers
    are alike in all of them. Within a capture the first is tied to the first, the second to the second.
    """
    entries = events.filter(
        (pl.col("hop") == _BROWSER) & ~pl.col("coarse"),
        pl.all_horizontal(pl.col("stamped_at", "duration_us").is_not_null()),
    ).join(keys, on="event", how="anti", maintain_order="left")
    if entries["source"].n_unique() < 2:
        return keys
    turned = entries.select("event", "source", *_SAME).with_columns(
        turn=pl.col("event").cum_count().over("source", *_SAME)
    )
    alike = ["turn", *_SAME]
    tied = turned.with_columns(
        first=pl.col("event").first().over(alike), captures=pl.col("source").n_unique().over(alike)
    ).filter(pl.col("captures") > 1)
    new = tied.select("event", key="first", join=pl.lit("strong"), candidates=pl.lit(1, dtype=pl.Int64))
    return pl.concat([keys, new])


def recordings_of(events: pl.DataFrame) -> dict[str, str]:
    """Gives {capture: the first capture that holds requests of it too}: both are one browser's.

    events: source, hop, exchange.
    """
    browser = events.filter(pl.col("hop") == _BROWSER).select("exchange", "source").unique()
    shared = (
        browser.with_columns(first=pl.col("source").min().over("exchange"))
        .filter(pl.col("source") != pl.col("first"))
        .group_by("source")
        .agg(pl.col("first").min())
        .sort("source")
    )
    return dict(shared.iter_rows())
