"""Measures a capture's clock where its answers carry no Date: by what servers logged of the same requests."""

from __future__ import annotations

import polars as pl

from analyzer.values import folded_id

_HAR = "har"
_FEWEST = 5
_WIDEST_SPREAD_MS = 5_000
_MOST_ENTRIES, _MOST_ROWS = 300, 50_000
_BIN_MS = 2_000
_LEAST, _AHEAD = 0.5, 1.5
_REQUEST = ("method", "path", "status")


def offset_by_servers(events: pl.DataFrame, capture: str) -> tuple[int, int, int, str] | None:
    """Gives offset and spread in ms, the number of requests, and ids or requests: what they were recognised by.

    By the ids that a server logged as well, else by method, path, status (and user agent, where logged): one distance
    in time to one client's lines must fit half of the entries, and half as many again as any other does.
    """
    usable = ~pl.any_horizontal(pl.col("from_cache", "service_worker").fill_null(value=False))
    entries = events.filter(pl.col("source") == capture, pl.col("timestamp").is_not_null(), usable)
    servers = events.filter(pl.col("format") != _HAR, pl.col("kind") == "request", pl.col("timestamp").is_not_null())
    if servers.is_empty():
        return None
    for known, found in (("ids", _by_ids(entries, servers)), ("requests", _by_requests(entries, servers))):
        if len(found) >= _FEWEST:
            spread = float(str(found.quantile(0.75))) - float(str(found.quantile(0.25)))
            if spread <= _WIDEST_SPREAD_MS:
                return round(float(str(found.median()))), round(spread), len(found), known
    return None


def _start_ms() -> pl.Expr:
    coarse = pl.col("stamped_at").dt.microsecond() == 0
    return pl.col("timestamp").dt.epoch("ms") + pl.when(coarse).then(500).otherwise(0)


def _by_ids(entries: pl.DataFrame, servers: pl.DataFrame) -> pl.Series:
    for name in ("request_id", "trace_id"):
        sides = [
            side.select(id=folded_id(pl.col(name)), at=_start_ms()).drop_nulls().unique("id", keep="none")
            for side in (entries, servers)
        ]
        both = sides[0].join(sides[1], on="id", suffix="_server").sort("id")
        if both.height >= _FEWEST:
            return both["at_server"] - both["at"]
    return pl.Series(dtype=pl.Int64)


def _by_requests(entries: pl.DataFrame, servers: pl.DataFrame) -> pl.Series:
    own = entries.sort("timestamp", "line").head(_MOST_ENTRIES)
    mine = own.select("line", *_REQUEST, "user_agent", at=_start_ms()).drop_nulls([*_REQUEST])
    theirs = servers.select(*_REQUEST, "client_ip", seen="user_agent", at_server=_start_ms()).drop_nulls([*_REQUEST])
    near = theirs.join(mine.select(_REQUEST).unique(), on=list(_REQUEST), how="semi").sort("at_server").head(_MOST_ROWS)
    agents = (pl.col("user_agent") == pl.col("seen")).fill_null(value=True)
    both = mine.join(near, on=list(_REQUEST)).filter(agents).with_columns(apart=pl.col("at_server") - pl.col("at"))
    bins = both.select("line", "client_ip", "apart", bin=pl.col("apart").floordiv(_BIN_MS))
    # A bin and the next one: what lies on the border of two is not lost.
    paired = pl.concat([bins, bins.with_columns(pl.col("bin") - 1)])
    votes = paired.group_by("client_ip", "bin").agg(number=pl.col("line").n_unique())
    ranked = votes.sort("number", "client_ip", "bin", descending=[True, False, False])
    if ranked.is_empty():
        return pl.Series(dtype=pl.Int64)
    client, best, most = ranked.row(0)
    elsewhere = ranked.filter((pl.col("bin") - best).abs() > 1)["number"].max()
    rival = elsewhere if isinstance(elsewhere, int) else 0
    if most < max(_FEWEST, _LEAST * both["line"].n_unique()) or most < _AHEAD * rival:
        return pl.Series(dtype=pl.Int64)
    fitting = pl.col("client_ip").eq_missing(client) & pl.col("bin").is_in([best, best + 1])
    return bins.filter(fitting).sort("line", "apart")["apart"]
