"""Ties error-log lines, which carry no request id, to the request they speak of."""

from __future__ import annotations

import polars as pl

_BY = ["client_ip", "method", "target"]
_TOLERANCE = "1s"


def attach_error_lines(events: pl.DataFrame) -> pl.DataFrame:
    """Gives error-log lines the key of the one access line with the same client, method and target around that time.

    The error is written at failure and the access line at the end, so the access line's written time lies at or
    after the error's, within the request's duration and a second. Columns as before; only key changes.
    """
    is_error = (events["kind"] == "error") & events["target"].is_not_null() & events["request_id"].is_null()
    errors = events.filter(is_error)
    if errors.is_empty():
        return events
    access = events.filter((pl.col("hop") == 1) & pl.col("target").is_not_null() & pl.col("stamped_at").is_not_null())
    nearest = (
        errors.filter(pl.col("stamped_at").is_not_null())
        .select("event", "stamped_at", *_BY)
        .sort("stamped_at", "event")
        .join_asof(
            access.select("stamped_at", *_BY, "key").sort("stamped_at", maintain_order=True),
            on="stamped_at",
            by=_BY,
            strategy="nearest",
            tolerance=_TOLERANCE,
            check_sortedness=False,
        )
        .filter(pl.col("key").is_not_null())
        .select("event", access_key="key")
    )
    joined = events.join(nearest, on="event", how="left", maintain_order="left")
    return joined.with_columns(key=pl.coalesce("access_key", "key")).drop("access_key")
