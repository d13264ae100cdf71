"""Ties the lines of two access logs that tell of the same requests, as servers write one log in two formats."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._pairing import count_candidates, nearest_pairs
from analyzer.diagnose._ties import tie

_EDGE = 1
_BY = ("client_ip", "method", "target", "status")
_TOLERANCE_S = 2
_FEWEST = 3
_SHARE = 0.9
_MOST_SOURCES = 20


def attach_twins(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join, candidates), with access logs without ids that repeat another one.

    A log repeats another if nine in ten of its lines, of the time that both cover, have a line of the same client,
    request and status in the other, within two seconds: each line has its own. Then each pair is one exchange.
    """
    edge = events.filter(pl.col("hop") == _EDGE)
    keyed = keys.join(edge.select("event", "source"), on="event")["source"].unique().to_list()
    sources = edge.group_by("source").agg(number=pl.len()).sort("number", "source", descending=[True, False])["source"]
    bare = [source for source in sources if source not in keyed]
    if len(sources) < 2 or len(sources) > _MOST_SOURCES:
        return keys
    rows = _rows(edge)
    known = [source for source in sources if source in keyed]
    for source in bare:
        pairs = next((found for other in known if (found := _pairs(rows, source, other)) is not None), None)
        if pairs is None:
            known.append(source)
        else:
            keys = tie(keys, pairs.with_columns(join=pl.lit("strong")))
    return keys


def _rows(edge: pl.DataFrame) -> pl.DataFrame:
    length = pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    ended = pl.when(pl.col("stamp_marks") == "start").then(pl.col("stamped_at") + length).otherwise("stamped_at")
    late = pl.duration(microseconds=pl.when(pl.col("coarse")).then(500_000).otherwise(0))
    return edge.select("event", "source", *_BY, at=ended + late).drop_nulls()


def _pairs(rows: pl.DataFrame, source: str, other: str) -> pl.DataFrame | None:
    """Gives event and access of the lines that tell of the same requests; None if the logs are no twins."""
    mine, theirs = (rows.filter(source=name) for name in (source, other))
    slack = pl.duration(seconds=_TOLERANCE_S)
    bounds = theirs.select(first=pl.col("at").min() - slack, last=pl.col("at").max() + slack).row(0)
    covered = mine.filter(pl.col("at").is_between(*bounds)) if theirs.height else mine.clear()
    if covered.select(_BY).n_unique() < _FEWEST:  # what one client polls from two servers proves nothing
        return None
    at_once = _in_turn(covered, theirs)
    left = covered.join(at_once, on="event", how="anti", maintain_order="left").with_columns(is_edge=False)
    free = theirs.join(at_once, left_on="event", right_on="access", how="anti", maintain_order="left")
    sides = pl.concat([left, free.with_columns(is_edge=True)])
    pairs = pl.concat([at_once, nearest_pairs(sides.select("event", "at", "is_edge", *_BY), _BY, f"{_TOLERANCE_S}s")])
    if pairs.height < _SHARE * covered.height:
        return None
    rows = pl.concat([covered.with_columns(is_edge=False), theirs.with_columns(is_edge=True)])
    return count_candidates(pairs, rows, _BY)


def _in_turn(mine: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Gives event and access of equal requests in one second: the first with the first, the second with the second."""
    on = [*_BY, "second", "turn"]
    numbered = [
        side.sort("event")
        .with_columns(second=pl.col("at").dt.epoch("s"))
        .with_columns(turn=pl.col("event").cum_count().over(*_BY, "second"))
        for side in (mine, theirs)
    ]
    return (
        numbered[0]
        .join(numbered[1].select(*on, access="event"), on=on, maintain_order="left")
        .select("event", "access")
    )
