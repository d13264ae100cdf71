"""Picks, among many series, those in which the exact burst method could find anything."""

from __future__ import annotations

import math

import polars as pl

from analyzer.detect._burst_path import RATIOS

_BLOCKS = 12
_CALM = 3
_HIGH_RATE = 0.25  # above this the exact method may answer "no baseline"


def screen(series: pl.DataFrame, buckets: int, cost: float) -> pl.Series:
    """Gives the groups that survive, sorted.

    series: group, position, errors, requests, sorted by group and position; buckets without requests are left out.
    A group survives if Page's CUSUM of e ln s - n p (s - 1) reaches the switching cost with the whole series' rate p,
    or twice the cost with the smaller of that and the rate of the calmest quarter: measured, this loses nothing.
    """
    totals = series.group_by("group").agg(pl.col("errors").sum(), pl.col("requests").sum())
    whole = totals.select("group", _rate().alias("whole"))
    block = series.with_columns((pl.col("position") * _BLOCKS // buckets).alias("block"))
    blocks = block.group_by("group", "block").agg(pl.col("errors").sum(), pl.col("requests").sum())
    calmest = (
        blocks.sort("group", pl.col("errors") / pl.col("requests"), "block")
        .group_by("group", maintain_order=True)
        .head(_CALM)
    )
    calm = calmest.group_by("group").agg(pl.col("errors").sum(), pl.col("requests").sum())
    rates = whole.join(calm.select("group", _rate().alias("calm")), on="group")
    rated = series.join(rates, on="group", maintain_order="left")
    least = pl.min_horizontal("whole", "calm")
    peaks = rated.with_columns(
        *[_cumulated(ratio, pl.col("whole")).alias(f"whole_{ratio}") for ratio in RATIOS],
        *[_cumulated(ratio, least).alias(f"calm_{ratio}") for ratio in RATIOS],
    )
    reached = [
        (_peak(f"{name}_{ratio}") >= factor * cost) for ratio in RATIOS for name, factor in (("whole", 1), ("calm", 2))
    ]
    kept = peaks.group_by("group").agg(pl.any_horizontal(*reached, pl.col("whole").first() > _HIGH_RATE).alias("kept"))
    return kept.filter("kept")["group"].sort()


def _rate() -> pl.Expr:
    return (pl.col("errors") + 0.5) / (pl.col("requests") + 1)


def _cumulated(ratio: float, rate: pl.Expr) -> pl.Expr:
    score = pl.col("errors") * math.log(ratio) - pl.col("requests") * rate * (ratio - 1)
    return score.cum_sum().over("group")


def _peak(name: str) -> pl.Expr:
    return (pl.col(name) - pl.min_horizontal(pl.col(name).cum_min(), 0.0)).max()
