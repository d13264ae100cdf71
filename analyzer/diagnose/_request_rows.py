"""The rows that tell of a request, as joins by time compare them."""

from __future__ import annotations

import polars as pl

_HOPS = (0, 1, 3)
_BITS = {0: 1, 1: 2, 3: 4}
_COLUMNS = (
    "event", "source", "line", "hop", "client_ip", "method", "host", "path", "target", "status", "user_agent",
    "request_id", "error",
)  # fmt: skip


def request_rows(events: pl.DataFrame) -> pl.DataFrame:
    """Gives the rows of browsers, access logs and applications with method, path and time; began, at (the end), bit.

    At is the middle of the second that a coarse clock may mean. What a browser's cache or service worker answered
    reached no server.
    """
    late = pl.duration(microseconds=pl.when(pl.col("coarse")).then(500_000).otherwise(0))
    length = pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    ended = pl.when(pl.col("stamp_marks") == "end").then("stamped_at").otherwise(pl.col("timestamp") + length)
    return events.filter(
        pl.col("hop").is_in(_HOPS),
        pl.all_horizontal(pl.col("method", "path", "timestamp").is_not_null()),
        (pl.col("hop") == 0) | pl.col("status").is_not_null(),
        ~pl.any_horizontal(pl.col("from_cache", "service_worker").fill_null(value=False)),
    ).select(
        *_COLUMNS,
        began=pl.col("timestamp") + late,
        at=ended + late,
        bit=pl.col("hop").replace_strict(_BITS, return_dtype=pl.UInt8),
    )


def bit_of(hop: int) -> int:
    """Gives the bit that stands for a hop in bits."""
    return _BITS[hop]


def with_keys(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Adds key, and bits: which hops have rows in the row's exchange. A client's address is its whole exchange's."""
    known = rows.join(keys.select("event", "key"), on="event", how="left", maintain_order="left").with_columns(
        key=pl.coalesce("key", "event")
    )
    shared = known.filter(pl.col("key").is_duplicated())
    if shared.is_empty():
        return known.with_columns(bits="bit")
    hops = pl.sum_horizontal(*((pl.col("bit") == bit).any() * bit for bit in _BITS.values())).cast(pl.UInt8)
    groups = shared.group_by("key").agg(bits=hops, _ip=pl.col("client_ip").drop_nulls().first())
    filled = known.join(groups, on="key", how="left", maintain_order="left")
    return filled.with_columns(pl.coalesce("bits", "bit"), pl.coalesce("client_ip", "_ip")).drop("_ip")


def without_conflicts(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Leaves out pairs (event, access) of two exchanges that have rows of one source each, or two known clients.

    rows: with_keys. A client is known by an address that both sides of the pairs show somewhere.
    """
    if pairs.is_empty():
        return pairs
    named = rows.select("event", "key", "client_ip")
    both = pairs.join(named, on="event", how="left", maintain_order="left").join(
        named.rename({"event": "access", "key": "access_key", "client_ip": "access_ip"}),
        on="access", how="left", maintain_order="left",
    )  # fmt: skip
    known = [pl.col(one).is_in(pl.col(other).drop_nulls().unique().implode()) for one, other in _ADDRESSES]
    apart = (pl.col("client_ip") != pl.col("access_ip")) & known[0] & known[1]
    sources = rows.select("key", "source").unique()
    mine = both.select("event", "key", "access_key").join(sources, on="key")
    shared = mine.join(sources.rename({"key": "access_key"}), on=["access_key", "source"], how="semi")
    kept = both.filter(~apart.fill_null(value=False)).join(shared, on="event", how="anti", maintain_order="left")
    return kept.select(pairs.columns)


_ADDRESSES = (("client_ip", "access_ip"), ("access_ip", "client_ip"))
