"""Tells apart the requests that share one id: a client's retries, the requests of one page, a constant."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._pairing import count_candidates, ordered_pairs
from analyzer.diagnose._ties import tie

_BROWSER, _EDGE, _APPLICATION = 0, 1, 3
_MOST_REQUESTS = 50  # more with one id are a constant, which says nothing
_TOLERANCE_S = 2
_BY = ("id", "method", "path")
_SLACK_US = 50_000


def attach_reused(ids: pl.DataFrame, repeated: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join, candidates), with those of rows whose id several requests share.

    Rows of two sources are one exchange if id, method and path are equal and they are the nearest in time, each once;
    a record without a request belongs to the request of its id that it lies in. ids: as in _ids, with id.
    """
    rows = _carriers(ids, repeated)
    if rows.is_empty():
        return keys
    asked = rows.filter("asked")
    order = {_EDGE: 0, _BROWSER: 1, _APPLICATION: 2}
    rank = pl.col("hop").replace_strict(order, default=3, return_dtype=pl.Int8)
    sources = asked.group_by("source").agg(rank=rank.min(), number=pl.len())
    standing = asked.clear()
    for source in sources.sort("rank", "number", "source", descending=[False, True, False])["source"]:
        own = asked.filter(source=source)
        sides = pl.concat([own.with_columns(is_edge=False), standing.with_columns(is_edge=True)])
        pairs = ordered_pairs(sides, _BY, _TOLERANCE_S)
        pairs = _apart(count_candidates(pairs, sides, _BY), keys)
        keys = tie(keys, pairs.with_columns(join=pl.lit("strong")))
        standing = pl.concat([standing, own.join(pairs, on="event", how="anti", maintain_order="left")])
    return _attach_records(rows, keys)


def _carriers(ids: pl.DataFrame, repeated: pl.DataFrame) -> pl.DataFrame:
    """Gives the rows that carry a repeated id of any kind, once for each, with began and at (the end)."""
    length = pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    ended = pl.when(pl.col("stamp_marks") == "end").then("stamped_at").otherwise(pl.col("timestamp") + length)
    kinds = [
        ids.filter(pl.col(kind).is_not_null()).with_columns(pl.col(kind).alias("id"))
        for kind in ("request", "trace", "edge")
    ]
    rows = pl.concat(kinds).join(repeated, on="id", how="semi").unique(["event", "id"]).sort("event", "id")
    requests = pl.col("asked").sum().over("id", "source")
    columns = ("event", "source", "line", "hop", "id", "method", "path", "asked")
    return rows.filter(requests <= _MOST_REQUESTS).select(*columns, began="timestamp", at=ended)


def _apart(pairs: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Leaves out pairs of which the event's row stands in an exchange already, and a second pair of one event."""
    taken = pairs.join(keys, on="event", how="anti", maintain_order="left")
    return taken.unique("event", keep="first", maintain_order=True).unique("access", keep="first", maintain_order=True)


def _attach_records(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Adds records without a request to the request of their id that they lie in, the application's first."""
    known = rows.join(keys.select("event", "key"), on="event", how="left", maintain_order="left")
    records = known.filter(~pl.col("asked"), pl.col("key").is_null(), pl.col("at").is_not_null()).drop("key")
    requests = known.filter("asked").with_columns(pl.coalesce("key", "event"), inner=pl.col("hop") == _APPLICATION)
    requests = requests.filter(pl.col("inner") | ~pl.col("inner").any().over("id"))
    if records.is_empty() or requests.is_empty():
        return keys
    number = pl.len().over("id").cast(pl.Int64)
    begun = requests.select("id", "began", "at", key="key", access="event", candidates=number)
    found = _lying_in(records, begun)
    new = found.select("event", "key", join=pl.lit("strong"), candidates="candidates")
    anchors = found.select(event="access", key="key", join=pl.lit("strong"), candidates="candidates")
    return pl.concat([keys, new, anchors]).unique("event", keep="first", maintain_order=True)


def _lying_in(records: pl.DataFrame, requests: pl.DataFrame) -> pl.DataFrame:
    """Gives each record with the request it lies in, else the next to end: many records of the end tell no duration."""
    slack = pl.duration(microseconds=_SLACK_US)
    early = requests.with_columns(pl.col("began") - slack, ended=pl.col("at")).drop("at").sort("began", "access")
    late = requests.with_columns(pl.col("at") + slack).drop("began").sort("at", "access")
    sorted_records = records.select("event", "id", "at").sort("at", "event")
    inside = sorted_records.join_asof(
        early, left_on="at", right_on="began", by="id", strategy="backward", check_sortedness=False
    ).filter(pl.col("at") <= pl.col("ended") + slack)
    rest = sorted_records.join(inside, on="event", how="anti", maintain_order="left")
    following = rest.join_asof(late, on="at", by="id", strategy="forward", check_sortedness=False)
    columns = ("event", "key", "access", "candidates")
    found = pl.concat([inside.select(columns), following.select(columns)]).filter(pl.col("access").is_not_null())
    return found.unique("event", keep="first", maintain_order=True)
