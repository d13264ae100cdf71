"""Ties what an application logged while it worked on a request to its record of that request, where no id does."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._pairing import number_until

_APPLICATION = 3
_BY = ["source", "by_client", "method", "path"]
_SLACK_US = 20_000  # a duration is measured by another clock than the stamps


def attach_own_records(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join, candidates), with those of records that lie within one request of their log.

    Both name the same client, method and path, in one log with parts of seconds, and the request's record has a status
    and a duration. Where several such requests were under way at once none is chosen: an exception says of a request
    what its answer does not.
    """
    rows = events.filter(
        (pl.col("hop") == _APPLICATION) & ~pl.col("coarse"),
        pl.all_horizontal(pl.col("timestamp", "method", "path").is_not_null()),
    ).select("event", "source", "method", "path", "status", "duration_us", "timestamp", by_client=_client())
    records = rows.filter(pl.col("status").is_null()).join(keys, on="event", how="anti", maintain_order="left")
    length = pl.duration(microseconds=pl.col("duration_us") + _SLACK_US)
    begun = pl.col("timestamp") - pl.duration(microseconds=_SLACK_US)
    answered = pl.col("status").is_not_null() & pl.col("duration_us").is_not_null()
    requests = rows.filter(answered).select(*_BY, "event", began=begun, ended=pl.col("timestamp") + length)
    pairs = _pairs(records.select("event", *_BY, at="timestamp"), requests)
    own = keys.select("key", request="event")
    tied = pairs.join(own, on="request", how="left", maintain_order="left").with_columns(
        key=pl.coalesce("key", "request"), join=pl.lit("strong"), candidates=pl.lit(1, dtype=pl.Int64)
    )
    added = [tied.select(pl.col(side).alias("event"), "key", "join", "candidates") for side in ("event", "request")]
    return pl.concat([keys, *added]).unique("event", keep="first", maintain_order=True)


def _client() -> pl.Expr:
    return pl.coalesce("client_ip", "user", pl.lit(""))


def _pairs(records: pl.DataFrame, requests: pl.DataFrame) -> pl.DataFrame:
    """Gives event and request, for records during which one request was under way."""
    if records.is_empty() or requests.is_empty():
        return pl.DataFrame(schema={"event": pl.UInt32, "request": pl.UInt32})
    inside = records.sort("at", "event").join_asof(
        requests.rename({"event": "request"}).sort("ended", "request"), left_on="at", right_on="ended", by=_BY,
        strategy="forward", check_sortedness=False,
    ).filter(pl.col("began") <= pl.col("at"))  # fmt: skip
    open_then = number_until(inside, "at", requests, "began", _BY) - number_until(inside, "at", requests, "ended", _BY)
    return inside.filter(open_then == 1).sort("event").select("event", "request")
