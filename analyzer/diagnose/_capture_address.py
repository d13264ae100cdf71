"""Finds the address from which a capture's browser spoke, by what servers saw of its requests."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._request_rows import with_keys

_BROWSER = 0
_TOLERANCE_US = 2_000_000
_FEWEST = 3
_MOST, _AHEAD = 0.5, 1.5


def with_capture_addresses(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Fills client_ip of a capture's rows where one address stands out as its browser's. rows: request_rows.

    That is the address of most exchanges that are joined already, else the one from which servers saw most of the
    capture's requests at their times: half of those that they saw at all, and half as many again as from any other.
    """
    captures = rows.filter(pl.col("hop") == _BROWSER)["source"].unique().sort().to_list()
    if not captures:
        return rows
    known = with_keys(rows, keys)
    found = {capture: address for capture in captures if (address := _address_of(known, capture)) is not None}
    if not found:
        return rows
    own = pl.col("source").replace_strict(found, default=None, return_dtype=pl.String)
    return rows.with_columns(client_ip=pl.coalesce("client_ip", own))


def _address_of(known: pl.DataFrame, capture: str) -> str | None:
    own = known.filter(source=capture)
    joined = own.filter(pl.col("client_ip").is_not_null())
    votes = joined.group_by("client_ip").agg(number=pl.len())
    total = joined.height
    if total < _FEWEST:
        votes, total = _votes(own, known)
    ranked = votes.sort("number", "client_ip", descending=[True, False]).rows()
    if not ranked or ranked[0][1] < max(_FEWEST, _MOST * total):
        return None
    if len(ranked) > 1 and ranked[0][1] < _AHEAD * ranked[1][1]:
        return None
    return str(ranked[0][0])


def _votes(own: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Gives client_ip and number: the capture's requests that servers saw from there; and how many they saw at all."""
    by = ["method", "path", "status"]
    servers = known.filter(pl.col("hop") != _BROWSER, pl.col("client_ip").is_not_null())
    near = servers.join(own.select(by).unique(), on=by, how="semi").select(*by, "client_ip", "user_agent", seen="at")
    # A page that polls asks alike a thousand times, so only neighbours in time are set side by side.
    span = pl.col("at").dt.epoch("us").floordiv(_TOLERANCE_US)
    mine = own.select("event", *by, "at", "user_agent", span=span)
    beside = pl.concat([mine.with_columns(pl.col("span") + step) for step in (-1, 0, 1)])
    seen_in = near.with_columns(span=pl.col("seen").dt.epoch("us").floordiv(_TOLERANCE_US))
    both = beside.join(seen_in, on=[*by, "span"], suffix="_seen")
    fits = ((pl.col("at") - pl.col("seen")).dt.total_microseconds().abs() <= _TOLERANCE_US) & pl.coalesce(
        pl.col("user_agent") == pl.col("user_agent_seen"), pl.lit(value=True)
    )
    seen = both.filter(fits).select("event", "client_ip").unique()
    return seen.group_by("client_ip").agg(number=pl.len()), seen["event"].n_unique()
