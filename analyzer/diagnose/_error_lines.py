"""Ties error-log lines, which carry no request id, to the request they speak of."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._time_join import nearest_pairs

_BY = ("client_ip", "method", "target")
_TOLERANCE = "1s"


def attach_error_lines(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join), with those of error-log lines that one access line fits.

    The access line has the same client, method and target, and is the nearest within a second: the error is written
    at failure and the access line at the end of the request. An access line without a key gets one of its own.
    Further lines about the same request (each server that was tried has one) follow the first.
    """
    nearest = _nearest(events)
    if nearest.is_empty():
        return keys
    matched = nearest.join(keys.rename({"event": "access"}), on="access", how="left", maintain_order="left")
    shared = matched.with_columns(key=pl.coalesce("key", pl.format("#{}", "access")))
    strong = pl.lit("strong").alias("join")
    added = [shared.select("event", "key", strong), shared.select(pl.col("access").alias("event"), "key", strong)]
    return pl.concat([keys, *added]).unique("event", keep="first", maintain_order=True)


def _nearest(events: pl.DataFrame) -> pl.DataFrame:
    """Gives event and access, the numbers of an error line and of its access line, each in one pair at most."""
    timed = pl.col("target").is_not_null() & pl.col("stamped_at").is_not_null()
    error = (pl.col("kind") == "error") & pl.col("request_id").is_null()
    rows = events.filter(timed, error | (pl.col("hop") == 1)).select(
        "event", *_BY, at="stamped_at", is_edge=pl.col("hop") == 1
    )
    return nearest_pairs(rows, _BY, _TOLERANCE)
