"""Measures and removes the difference between a browser's clock and the servers' clocks."""

from __future__ import annotations

import polars as pl

_FEWEST = 5
_SMALLEST_MS = 2_000
_WIDEST_SPREAD_MS = 5_000
_BEFORE_FIRST_BYTE = ("blocked_us", "dns_us", "connect_us", "tls_us", "send_us", "wait_us")


def measure_offsets(events: pl.DataFrame) -> dict[str, int]:
    """Gives {source: milliseconds that its clock is behind the servers'} for HARs whose Date headers agree.

    The offset of an entry is its Date header minus the local time of the first byte; half a second is added as Date
    has whole seconds (RFC 9110, 6.6.1). A source's offset is the median over hosts of the median per host; cache hits
    and 304s are left out, as their Date is old. Sources with fewer than five such entries are missing.
    """
    elapsed = sum((pl.col(name).fill_null(0) for name in _BEFORE_FIRST_BYTE), start=pl.lit(0, dtype=pl.Int64))
    first_byte = pl.col("timestamp") + pl.duration(microseconds=elapsed)
    offsets = events.filter(
        pl.col("format") == "har",
        pl.col("response_date").is_not_null() & pl.col("timestamp").is_not_null(),
        ~pl.col("from_cache").fill_null(False),
        pl.col("status") != 304,
        ~pl.col("x_cache").str.to_lowercase().str.contains("hit").fill_null(False),
    ).select("source", "host", offset=(pl.col("response_date") - first_byte).dt.total_milliseconds() + 500)
    per_host = offsets.group_by("source", "host").agg(
        pl.col("offset").median(), count=pl.len().cast(pl.Int64),
        spread=pl.col("offset").quantile(0.75) - pl.col("offset").quantile(0.25),
    )  # fmt: skip
    steady = per_host.filter(pl.col("spread") <= _WIDEST_SPREAD_MS)
    per_source = steady.group_by("source").agg(pl.col("offset").median(), pl.col("count").sum()).sort("source")
    return {row[0]: round(row[1]) for row in per_source.filter(pl.col("count") >= _FEWEST).iter_rows()}


def correct_clocks(events: pl.DataFrame, offsets: dict[str, int]) -> pl.DataFrame:
    """Moves timestamp (never stamped_at) of sources whose clock is off by two seconds or more."""
    wrong = {source: offset for source, offset in offsets.items() if abs(offset) >= _SMALLEST_MS}
    if not wrong:
        return events
    shift = pl.col("source").replace_strict(wrong, default=0, return_dtype=pl.Int64)
    return events.with_columns(timestamp=pl.col("timestamp") + pl.duration(milliseconds=shift))
