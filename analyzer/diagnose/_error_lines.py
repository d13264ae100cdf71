"""Ties error-log lines, which carry no request id, to the request they speak of."""

from __future__ import annotations

import polars as pl

_BY = ["client_ip", "method", "target"]
_TOLERANCE = "1s"


def attach_error_lines(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join), with those of error-log lines that one access line fits.

    The access line has the same client, method and target, and is the nearest within a second: the error is written
    at failure and the access line at the end of the request. An access line without a key gets one of its own.
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
    """Gives event and access, the numbers of an error line and of the access line nearest to it."""
    timed = pl.col("target").is_not_null() & pl.col("stamped_at").is_not_null()
    errors = events.filter(timed, pl.col("kind") == "error", pl.col("request_id").is_null())
    access = events.filter(timed, pl.col("hop") == 1)
    return (
        errors.select("event", "stamped_at", *_BY)
        .sort("stamped_at", "event")
        .join_asof(
            access.select("stamped_at", *_BY, access="event").sort("stamped_at", "access"),
            on="stamped_at",
            by=_BY,
            strategy="nearest",
            tolerance=_TOLERANCE,
            check_sortedness=False,
        )
        .filter(pl.col("access").is_not_null())
        .select("event", "access")
    )
