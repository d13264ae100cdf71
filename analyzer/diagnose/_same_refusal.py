"""Finds refusals that no rule matched, and that the same clients met for the same cause on other routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from analyzer.counted import WEIGHT, counted, weighed
from analyzer.diagnose import _cause as causes
from analyzer.diagnose._cluster import Cluster
from analyzer.diagnose._links import LAG
from analyzer.diagnose._row_weights import row_weights
from analyzer.diagnose._scene import ERROR_LINE

# What is missing or has changed is so on one route; what is refused for its form or its sender is so on all.
_OF_ONE_ROUTE = tuple(f"{causes.REFUSED}:{status}" for status in (404, 405, 409, 410, 412))
_FAMILIES = (causes.REFUSED, causes.FORBIDDEN, causes.DENIED)
_TELLING = 24
_WEAK = ("low", "info")
_NEEDED = ("row", "timestamp", "client", "refreshed", WEIGHT)


def with_same_refusals(clusters: Sequence[Cluster], exchanges: pl.DataFrame) -> tuple[Cluster, ...]:
    """Adds to each serious cluster of refusals what its clients were refused alike on other routes meanwhile.

    Alike is the same cause, and the same words of the server's error log where it has any. Those rows leave the weak
    clusters that held them. exchanges: all rows with facts.
    """
    serious = [cluster for cluster in clusters if cluster.severity not in _WEAK]
    taken = sorted(frozenset().union(*(cluster.rows for cluster in serious)))
    exchanges = weighed(exchanges)
    named = [name for name in (*_NEEDED, *causes.COLUMNS) if name in exchanges.columns]
    words = pl.when(pl.col("message_hop") == ERROR_LINE).then(pl.col("message").str.slice(0, _TELLING))
    refused = (
        exchanges.filter(pl.col("status").is_between(400, 499), pl.col("timestamp").is_not_null())
        .filter(pl.col("client").is_not_null())
        .select(named)
        .with_columns(cause=causes.cause(), words=words)
        .filter(pl.col("cause").str.extract("^([a-z]+)").is_in(_FAMILIES) & ~pl.col("cause").is_in(_OF_ONE_ROUTE))
    )
    free = refused.filter(~pl.col("row").is_in(taken))
    if not serious or free.is_empty():
        return tuple(clusters)
    weights = row_weights(exchanges, (cluster.rows for cluster in serious))
    grown: list[Cluster] = []
    moved: set[int] = set()
    for cluster in clusters:
        more = (
            frozenset()
            if cluster.severity in _WEAK
            else _alike(cluster, weights.of(cluster.rows), refused, free) - moved
        )
        moved |= more
        grown.append(_with(cluster, more))
    return tuple(kept for each in grown if (kept := _left(each, moved)) is not None)


def _alike(cluster: Cluster, size: int, refused: pl.DataFrame, free: pl.DataFrame) -> frozenset[int]:
    own = refused.filter(pl.col("row").is_in(sorted(cluster.rows)))
    if 2 * counted(own) <= size:
        return frozenset()
    early, late = own["timestamp"].min() - LAG, own["timestamp"].max() + LAG  # type: ignore[operator]
    by = ["client", "cause", "words"]
    found = free.filter(pl.col("timestamp").is_between(early, late)).join(
        own.select(by).unique(), on=by, how="semi", nulls_equal=True
    )
    return frozenset(found["row"].to_list())


def _with(cluster: Cluster, more: frozenset[int]) -> Cluster:
    root = cluster.root | more if cluster.root else cluster.root
    return replace(cluster, rows=cluster.rows | more, root=root) if more else cluster


def _left(cluster: Cluster, moved: set[int]) -> Cluster | None:
    if cluster.severity not in _WEAK or cluster.rows.isdisjoint(moved):
        return cluster
    rest = cluster.rows - moved
    return replace(cluster, rows=rest, root=cluster.root - moved) if rest else None
