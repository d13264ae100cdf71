"""Ties rows without a shared id by request and time: what the application or a browser recorded to its access line."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_BROWSER, _EDGE, _APPLICATION = 0, 1, 3
_TOLERANCE_SECONDS = 2
_TOLERANCE = f"{_TOLERANCE_SECONDS}s"
_MOST_ROUNDS = 20
# A gateway may answer in the application's place; a limiter or a deny rule answers before it is asked.
_GATEWAY = [499, 500, 502, 503, 504]
# With the client's address one request is hard to mistake; without it, only where there is one candidate.
_PASSES = (
    (_APPLICATION, ("client_ip", "method", "path", "status"), "strong"),
    (_APPLICATION, ("client_ip", "method", "path"), "strong"),
    (_APPLICATION, ("method", "path", "status"), "weak"),
    (_BROWSER, ("method", "host", "target", "status"), "weak"),
    (_BROWSER, ("method", "target", "status"), "weak"),
)


def attach_by_time(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join) with those of rows that only request and time tie together.

    Each access line is given to at most one record of a kind and each record to one access line: the nearest pairs
    within two seconds first. Rows that an id ties to an access line already are left as they are.
    """
    for hop, columns, strength in _PASSES:
        rows = _unmatched(events, keys, hop, columns)
        pairs = nearest_pairs(_solitary(rows, columns) if strength == "weak" else rows, columns, _TOLERANCE)
        if pairs.height:
            keys = _tie(keys, pairs, strength)
    return keys


def _solitary(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Keeps rows that no other row of their own side resembles within the tolerance: their pair is the only one."""
    apart = pl.duration(seconds=2 * _TOLERANCE_SECONDS)
    side = [*columns, "is_edge"]
    ordered = rows.sort(*side, "at", "event")
    before = (pl.col("at") - pl.col("at").shift(1).over(side)) <= apart
    after = (pl.col("at").shift(-1).over(side) - pl.col("at")) <= apart
    return ordered.filter(~before.fill_null(value=False) & ~after.fill_null(value=False))


def nearest_pairs(rows: pl.DataFrame, columns: Sequence[str], tolerance: str) -> pl.DataFrame:
    """Gives event and access of the nearest pairs, each row in one pair at most.

    rows: event, at, is_edge and the columns that must be equal; a pair is one row with is_edge (access) and one
    without (event), no farther apart than the tolerance.
    """
    inner = rows.filter(~pl.col("is_edge")).drop("is_edge").sort("at", "event")
    outer = rows.filter("is_edge").select(*columns, access="event", access_at="at").sort("access_at", "access")
    found = [pl.DataFrame(schema={"event": pl.UInt32, "access": pl.UInt32})]
    for _ in range(_MOST_ROUNDS):
        if inner.is_empty() or outer.is_empty():
            break
        nearest = inner.join_asof(
            outer,
            left_on="at",
            right_on="access_at",
            by=list(columns),
            strategy="nearest",
            tolerance=tolerance,
            check_sortedness=False,
        ).filter(pl.col("access").is_not_null())
        apart = (pl.col("at") - pl.col("access_at")).dt.total_microseconds().abs()
        taken = nearest.sort(apart, "event").unique("access", keep="first", maintain_order=True)
        if taken.is_empty():
            break
        found.append(taken.select("event", "access"))
        inner = inner.join(taken, on="event", how="anti", maintain_order="left")
        outer = outer.join(taken, on="access", how="anti", maintain_order="left")
    return pl.concat(found)


def _unmatched(events: pl.DataFrame, keys: pl.DataFrame, hop: int, columns: tuple[str, ...]) -> pl.DataFrame:
    """Gives event, at, is_edge and the columns of access lines and of this hop's requests that lack one another."""
    usable = pl.all_horizontal(pl.col(*columns, "timestamp", "status").is_not_null())
    if "status" not in columns:
        usable &= (pl.col("hop") != _EDGE) | pl.col("status").is_in(_GATEWAY)
    # The middle of the second that a coarse clock may mean, at the end of the request.
    late = pl.when(pl.col("coarse")).then(500_000).otherwise(0)
    ended = pl.when(pl.col("stamp_marks") == "end").then("stamped_at").otherwise(
        pl.col("timestamp") + pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    )  # fmt: skip
    if hop == _BROWSER and "host" not in columns:
        # An access log that names hosts must name the same one.
        usable &= (pl.col("hop") != _EDGE) | pl.col("host").is_null()
    # What a browser's cache or service worker answered reached no server.
    usable &= ~pl.any_horizontal(pl.col("from_cache", "service_worker").fill_null(value=False))
    rows = events.filter(usable, pl.col("hop").is_in([_EDGE, hop])).select(
        "event", *columns, is_edge=pl.col("hop") == _EDGE, at=ended + pl.duration(microseconds=late)
    )
    hops = keys.join(events.select("event", "hop"), on="event", how="left").group_by("key").agg(pl.col("hop").unique())
    whole = hops.filter(pl.col("hop").list.contains(_EDGE) & pl.col("hop").list.contains(hop)).select("key")
    tied = keys.join(whole, on="key", how="semi").select("event")
    free = rows.join(tied, on="event", how="anti", maintain_order="left")
    # Rows of one side that are one exchange already are no rivals: the first stands for all.
    known = free.join(keys.select("event", "key"), on="event", how="left", maintain_order="left")
    return known.filter(pl.col("key").is_null() | pl.struct("key", "is_edge").is_first_distinct()).drop("key")


def _tie(keys: pl.DataFrame, pairs: pl.DataFrame, strength: str) -> pl.DataFrame:
    """Gives both rows of each pair, and all that share the record's own key, the access line's key."""
    own = keys.select("event", "key")
    named = (
        pairs.join(own.rename({"event": "access", "key": "access_key"}), on="access", how="left", maintain_order="left")
        .join(own, on="event", how="left", maintain_order="left")
        .with_columns(to=pl.coalesce("access_key", pl.format("#{}", "access")))
    )
    moved = (
        named.filter(pl.col("key").is_not_null()).unique("key", keep="first", maintain_order=True).select("key", "to")
    )
    followed = keys.join(moved, on="key", how="left", maintain_order="left").select(
        "event",
        key=pl.coalesce("to", "key"),
        join=pl.when(pl.col("to").is_not_null()).then(pl.lit(strength)).otherwise("join"),
    )
    new = [
        named.select(pl.col(column).alias("event"), key="to", join=pl.lit(strength)) for column in ("event", "access")
    ]
    return pl.concat([followed, *new]).unique("event", keep="first", maintain_order=True)
