"""Ties error-log lines, which carry no request id, to the access line of the request that they speak of."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analyzer.diagnose._pairing import nearest_pairs, number_until

_BY = ("client_ip", "method", "target")
_EDGE = 1
_SLACK = "1s"
_SLACK_US = 1_000_000
_LONGEST = "10m"
_FAILING = 400
_MOSTLY = 0.5
_PAIRS = {"event": pl.UInt32, "access": pl.UInt32, "join": pl.String, "candidates": pl.Int64}


def attach_error_lines(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join, candidates), with those of error-log lines that an access line fits.

    Both have the same client, method and target, and the error lies within the request, give or take a second: it is
    written at failure, the access line at the end. With the same number of the client's connection the tie is exact;
    else strong where one access line fits, and weak where it is one of several. An access line without a key gets one
    of its own. Further lines about the same request (each server that was tried has one) follow the first.
    """
    rows = _rows(events)
    if rows.is_empty():
        return keys
    pairs = _pairs(rows)
    if pairs.is_empty():
        return keys
    own = keys.select(pl.col("event").alias("access"), "key")
    shared = pairs.join(own, on="access", how="left", maintain_order="left").with_columns(
        key=pl.coalesce("key", "access")
    )
    added = [shared.select(pl.col(side).alias("event"), "key", "join", "candidates") for side in ("event", "access")]
    return pl.concat([keys, *added]).unique("event", keep="first", maintain_order=True)


def _rows(events: pl.DataFrame) -> pl.DataFrame:
    """Gives error lines without an id, and access lines: event, source, _BY, connection, status, began, at, is_edge."""
    named = pl.col("target").is_not_null() & pl.col("stamped_at").is_not_null()
    error = (pl.col("kind") == "error") & pl.col("request_id").is_null()
    edge = pl.col("hop") == _EDGE
    length = pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    ended = pl.when(pl.col("stamp_marks") == "start").then(pl.col("stamped_at") + length).otherwise("stamped_at")
    found = events.filter(named, error | edge).select(
        "event", "source", *_BY, "connection", "status", began="timestamp", at=ended, is_edge=edge
    )
    return _centred(found) if found["is_edge"].any() and not found["is_edge"].all() else found.clear()


def _centred(rows: pl.DataFrame) -> pl.DataFrame:
    """Puts errors in whole seconds into the middle of theirs, where access lines are finer: they were cut, not rounded.

    Else an error would lie nearer to a request of the second before than to its own.
    """
    whole = rows.group_by("is_edge").agg((pl.col("at").dt.microsecond() == 0).mean())
    shares = dict(whole.iter_rows())
    if shares[False] < 1 or shares[True] > _MOSTLY:
        return rows
    later = pl.duration(milliseconds=pl.when("is_edge").then(0).otherwise(500))
    return rows.with_columns(at=pl.col("at") + later)


def _pairs(rows: pl.DataFrame) -> pl.DataFrame:
    """Gives event, access, join: the surest pairs first, each access line in one of them."""
    found = [pl.DataFrame(schema=_PAIRS)]
    failing = ~pl.col("is_edge") | (pl.col("status") >= _FAILING)
    if rows.filter("is_edge")["connection"].count():
        numbered = rows.filter(pl.col("connection").is_not_null())
        _take(found, numbered, [*_BY, "connection"], "exact")
    _take(found, rows.filter(failing), _BY, None)
    _take(found, rows, _BY, None)
    _take_inside(found, rows)
    _follow(found, rows)
    return pl.concat(found)


def _take(found: list[pl.DataFrame], rows: pl.DataFrame, by: Sequence[str], join: str | None) -> None:
    """Adds the nearest pairs of what is not yet paired."""
    free = _free(found, rows)
    pairs = nearest_pairs(free.select("event", "at", "is_edge", *by), by, _SLACK)
    if pairs.height:
        sure = pairs.with_columns(join=pl.lit(join), candidates=pl.lit(1, dtype=pl.Int64))
        found.append(sure if join else _judged(pairs, free, by))


def _free(found: list[pl.DataFrame], rows: pl.DataFrame) -> pl.DataFrame:
    paired = pl.concat(found)
    used = pl.concat([paired["event"], paired["access"]]).to_frame("event")
    return rows.join(used, on="event", how="anti", maintain_order="left")


def _judged(pairs: pl.DataFrame, free: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Adds candidates, access lines that ended in the second of the error, else in the next; one makes it strong."""
    second = pl.col("at").dt.epoch("s")
    ended = free.filter("is_edge").group_by(*by, second=second).agg(number=pl.len().cast(pl.Int64))
    errors = free.select("event", *by, second=second, later=second + 1)
    counted = (
        pairs.join(errors, on="event", how="left", maintain_order="left")
        .join(ended, on=[*by, "second"], how="left", maintain_order="left")
        .join(
            ended, left_on=[*by, "later"], right_on=[*by, "second"], how="left", suffix="_later", maintain_order="left"
        )
    )
    fitting = pl.coalesce("number", "number_later").fill_null(1)
    join = pl.when(fitting == 1).then(pl.lit("strong")).otherwise(pl.lit("weak"))
    return counted.select("event", "access", join=join, candidates=fitting)


def _take_inside(found: list[pl.DataFrame], rows: pl.DataFrame) -> None:
    """Adds errors that were written long before their request ended, such as a buffered or a delayed one."""
    free = _free(found, rows)
    long = (pl.col("at") - pl.col("began")).dt.total_microseconds() > _SLACK_US
    access = free.filter("is_edge", long).select(*_BY, "began", access="event", ended="at")
    errors = free.filter(~pl.col("is_edge")).select("event", *_BY, "at")
    if access.is_empty() or errors.is_empty():
        return
    early = access.with_columns(pl.col("began") - pl.duration(microseconds=_SLACK_US)).sort("began", "access")
    inside = errors.sort("at", "event").join_asof(
        early, left_on="at", right_on="began", by=list(_BY), strategy="backward", check_sortedness=False
    )
    kept = (
        inside.filter(pl.col("at") <= pl.col("ended")).sort("event").unique("access", keep="first", maintain_order=True)
    )
    number = number_until(kept, "at", access, "began", _BY) - number_until(kept, "at", access, "ended", _BY)
    found.append(kept.select("event", "access", join=pl.lit("weak"), candidates=number.clip(1)))


def _follow(found: list[pl.DataFrame], rows: pl.DataFrame) -> None:
    """Adds further error lines of the connection and request of one that is paired."""
    by = ["source", *_BY, "connection"]
    errors = rows.filter(~pl.col("is_edge"), pl.col("connection").is_not_null()).sort("at", "event")
    first = errors.join(pl.concat(found), on="event", how="inner", maintain_order="left")
    rest = errors.join(first.select("event"), on="event", how="anti", maintain_order="left")
    if first.is_empty() or rest.is_empty():
        return
    tied = rest.join_asof(
        first.select(*by, "access", "join", "candidates", "at"),
        on="at", by=by, strategy="nearest", tolerance=_LONGEST, check_sortedness=False,
    )  # fmt: skip
    found.append(tied.filter(pl.col("access").is_not_null()).select(list(_PAIRS)))
