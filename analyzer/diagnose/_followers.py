"""Finds requests that no rule matched and that are the consequence of a fault: who waited in vain and left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from analyzer.counted import WEIGHT, median, weighed
from analyzer.diagnose import _cause as causes
from analyzer.diagnose._cluster import Cluster
from analyzer.diagnose._links import LAG

_SHORTEST_US = 1_000_000
_AS_LONG = 0.5
_NEEDED = ("row", "timestamp", "method", "host", "route", "duration_us", WEIGHT)


def with_followers(clusters: Sequence[Cluster], exchanges: pl.DataFrame) -> tuple[Cluster, ...]:
    """Adds to each cluster of hanging requests those on its routes that clients ended while it lasted.

    Who left at once clicked elsewhere: only a wait of a second, and of half the time that the failing requests took,
    counts. exchanges: all rows with facts, background too.
    """
    exchanges = weighed(exchanges)
    named = [name for name in (*_NEEDED, *causes.COLUMNS) if name in exchanges.columns]
    taken = sorted(frozenset().union(*(cluster.rows for cluster in clusters)))
    left = (
        exchanges.select(named)
        .filter(pl.col("timestamp").is_not_null(), pl.col("duration_us") >= _SHORTEST_US)
        .filter(~pl.col("row").is_in(taken))
        .with_columns(cause=causes.cause())
        .filter(pl.col("cause") == causes.LEFT)
    )
    if left.is_empty():
        return tuple(clusters)
    known = exchanges.select(named).filter(pl.col("row").is_in(taken)).with_columns(cause=causes.cause())
    return tuple(_with(cluster, known.filter(pl.col("row").is_in(sorted(cluster.rows))), left) for cluster in clusters)


def _with(cluster: Cluster, own: pl.DataFrame, left: pl.DataFrame) -> Cluster:
    hung = own.filter(pl.col("cause").is_in([causes.BEHIND, f"{causes.SERVER}:504"]))
    typical = median(hung["duration_us"], hung[WEIGHT])
    if typical is None or cluster.severity in ("low", "info"):
        return cluster
    long = max(_SHORTEST_US, _AS_LONG * typical)
    # The first to leave may have come before the first that the proxy gave up, the last after it.
    early, late = hung["timestamp"].min() - LAG, hung["timestamp"].max() + LAG  # type: ignore[operator]
    places = hung.select("method", "host", "route").unique()
    found = left.filter(
        pl.col("duration_us") >= long,
        pl.col("timestamp").is_between(early, late),
    ).join(places, on=["method", "host", "route"], how="semi", nulls_equal=True)
    if found.is_empty():
        return cluster
    root = cluster.root or cluster.rows
    return replace(cluster, rows=cluster.rows | frozenset(found["row"].to_list()), root=root)
