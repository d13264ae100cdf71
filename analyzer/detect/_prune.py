"""Leaves out, by counts that add over parts of a log, the groups in which a correlation cannot alert.

A closed window of T whole seconds touches at most two neighbouring buckets of T + 1 seconds, so what two neighbours
hold together bounds what any window holds. The counts of parts of a log are added; only groups that survive need their
rows. Nothing is left out where less is what alerts, and for averages, percentiles and negations.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analyzer.counted import WEIGHT
from analyzer.detect._rule import Correlation

_ADDITIVE = frozenset({"event_count", "value_count", "value_sum"})
_ROUNDING = 1e-9  # sums in another order differ by their last digits


def least(correlation: Correlation) -> float | None:
    """Gives the metric below which no window alerts, None where nothing can be left out."""
    if correlation.condition.terms or correlation.type in ("value_avg", "value_percentile"):
        return None
    limits = [value for name, value in correlation.condition.limits if name in ("gt", "gte")]
    bound = max(limits, default=None)
    # A sum of nothing is no sum, so a limit of 0 or less is no bound.
    return bound if bound is not None and bound > 0 else None


def count(correlation: Correlation, found: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Gives the counts of a part of a log: keys, bucket, member (null where it does not matter), amount.

    found: keys, at, event, weight, member and, by type, value (Int64) or number (Float64).
    """
    seconds = correlation.timespan_us // 1_000_000 + 1
    place = [*keys, (pl.col("at") // (seconds * 1_000_000)).alias("bucket")]
    member = pl.lit(None, pl.Int32).alias("member") if correlation.type in _ADDITIVE else pl.col("member")
    amount = {
        "event_count": pl.col(WEIGHT).filter(pl.col("event").is_first_distinct()).sum().cast(pl.Float64),
        "value_count": pl.col("value").drop_nulls().n_unique().cast(pl.Float64),
        "value_sum": (pl.col("number").clip(lower_bound=0) * pl.col(WEIGHT)).sum(),
    }.get(correlation.type, pl.lit(1.0))
    return found.group_by(*place, member).agg(amount.alias("amount"))


def merge(counts: Sequence[pl.DataFrame], keys: Sequence[str]) -> pl.DataFrame:
    """Adds the counts of several parts up."""
    return pl.concat(counts).group_by(*keys, "bucket", "member").agg(pl.col("amount").sum())


def surviving(correlation: Correlation, counts: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Gives the keys of the groups in which a window may alert."""
    bound = least(correlation)
    if bound is None:
        return counts.select(keys).unique()
    both = pl.concat([counts, counts.with_columns(pl.col("bucket") + 1)])
    seen = pl.col("amount").sum() if correlation.type in _ADDITIVE else pl.col("member").n_unique()
    metric = both.group_by(*keys, "bucket").agg(seen.alias("metric"))
    return metric.filter(pl.col("metric") >= bound * (1 - _ROUNDING)).select(keys).unique()


def keep(correlation: Correlation, found: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Gives the rows of the groups that survive."""
    if least(correlation) is None or not keys:
        return found
    left = surviving(correlation, count(correlation, found, keys), keys)
    return found.join(left, on=list(keys), how="semi", maintain_order="left")
