"""Ties rows by the ids that they share: request id, trace id, the id of an edge."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._reused_ids import attach_reused
from analyzer.diagnose._ties import SCHEMA
from analyzer.values import folded_id

_EDGE, _APPLICATION = 1, 3
_DATA_CENTRE = "-[A-Z]{3}$"  # Cloudflare's header CF-Ray names it, its logs do not
_KEPT = ("event", "source", "line", "hop", "method", "path", "timestamp", "stamped_at", "stamp_marks", "duration_us")


def tie_by_ids(events: pl.DataFrame) -> pl.DataFrame:
    """Gives event, key, join, candidates for the rows that carry an id; the key is equal for rows of one exchange.

    An id that every access log (else every capture) carries more than once, as when a client sends its retries with
    one, or a page's requests share one trace, identifies no exchange: request and time tell those apart. An inner
    proxy that has it twice where the outer one has it once shows a retry, which is one exchange.
    """
    ids = _ids(events)
    if ids.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    repeated = _repeated(ids)
    unique = ids.join(repeated, on="id", how="anti", maintain_order="left") if repeated.height else ids
    key = pl.col("event").min().over("id").cast(pl.UInt32)
    keys = unique.select("event", key=key, join=pl.lit("exact"), candidates=pl.lit(1, dtype=pl.Int64))
    return attach_reused(ids, repeated, keys) if repeated.height else keys


def _ids(events: pl.DataFrame) -> pl.DataFrame:
    known = pl.any_horizontal(pl.col("request_id", "trace_id", "edge_id").is_not_null())
    # A cache answers with the headers, and the id, of the exchange that filled it.
    stale = pl.any_horizontal(pl.col("from_cache", "service_worker").fill_null(value=False))
    ids = events.filter(known & ~stale).select(
        *_KEPT,
        asked=pl.all_horizontal(pl.col("method", "path", "status").is_not_null()) | (pl.col("hop") <= _EDGE),
        request=folded_id(pl.col("request_id")),
        trace=folded_id(pl.col("trace_id")),
        edge=folded_id(pl.col("edge_id").str.replace(_DATA_CENTRE, "")),
    )
    through = _through(_through(ids, "trace"), "edge")
    return through.with_columns(id=pl.coalesce("request", "through_trace", "through_edge", "trace", "edge"))


def _through(ids: pl.DataFrame, name: str) -> pl.DataFrame:
    """Adds through_<name>: the request id of the rows with the same id of another kind, if they have but one."""
    only = (
        ids.filter(pl.col(name).is_not_null() & pl.col("request").is_not_null())
        .group_by(name)
        .agg(_only=pl.col("request").min(), _last=pl.col("request").max())
        .filter(pl.col("_only") == pl.col("_last"))
        .select(name, pl.col("_only").alias(f"through_{name}"))
    )
    return ids.join(only, on=name, how="left", maintain_order="left")


def _repeated(ids: pl.DataFrame) -> pl.DataFrame:
    """Gives the ids (column id) that stand for several requests.

    A trace id alone may also be that of several requests of which only the application's records are there.
    """
    asked = ids.filter("asked")
    twice = asked.filter(pl.struct("source", "id").is_duplicated()).select("id").unique()
    if twice.is_empty():
        return twice
    counted = (
        asked.join(twice, on="id", how="semi")
        .group_by("id", "source", "hop")
        .agg(number=pl.len(), is_trace=(pl.col("id") == pl.col("trace")).any() & pl.col("request").is_null().all())
    )
    least = {hop: pl.col("number").filter(pl.col("hop") == hop).min() for hop in (_EDGE, 0)}
    outside = pl.coalesce(*least.values())
    alone = pl.col("number").filter((pl.col("hop") == _APPLICATION) & pl.col("is_trace")).max()
    fewest = counted.group_by("id").agg(number=pl.coalesce(outside, alone))
    return fewest.filter(pl.col("number") > 1).select("id").sort("id")
