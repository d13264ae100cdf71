"""Chooses the exchanges of a large input that are kept as rows, and says how many each of them stands for."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analyzer.counted import CLIENT_SHARE, OWN, WEIGHT
from analyzer.diagnose._counts import worked_of

_SEED = 20_250_101
_HASHES = 2.0**64
_LEAST_SHARE = 1e-6  # a hash may be as small as it likes
_TELLING_LEVELS = ("warning", "error", "critical")
_SHAPE = r"[0-9a-fA-F]*[0-9][0-9a-fA-F-]*|\"[^\"]*\"|'[^']*'"
_SHAPE_LENGTH = 60
# What rules, bursts and incidents count by, the most needed first: where it splits too finely, the last is let go.
STRATA = {
    "_class": "source",
    "_bucket": "stretch of time",
    "status": "status",
    "_shape": "message",
    "method": "method",
    "host": "host",
    "route": "route",
    "server_behind": "server behind",
    "_close": "client's lot",
}


@dataclass(frozen=True, slots=True)
class Thinned:
    """The rows that are kept, and by what the sums of their weights are exact.

    exchanges: with weight, own and client_share, as counted.py says.
    exact: names of STRATA, all of them where nothing was left out; a stretch is one of bucket_seconds.
    """

    exchanges: pl.DataFrame
    exact: frozenset[str]


def thin(exchanges: pl.DataFrame, matched: pl.Series, budget: int, bucket_seconds: int) -> Thinned:
    """Gives about budget rows of the exchanges, in their order.

    What failed, what a rule matched (Boolean, one for each row) and what a browser recorded comes first; of that, and
    of the others, each stratum (bucket of time, source, status, host, route ...) keeps the more rows the rarer it is,
    all of them where there is room. The weights of a stratum add up to the exchanges in it, so every count over whole
    strata is exact. Each client of a stratum keeps a row before any keeps a second one, any of its rows; where clients
    are too many the same ones stay throughout, chosen by a seeded hash, those that sent much rather than others.
    """
    if exchanges.height <= budget:
        return Thinned(_whole(exchanges), frozenset(STRATA.values()))
    marked = _marked(exchanges, matched, bucket_seconds)
    shares = _shares(int(marked["_telling"].sum()), exchanges.height, budget)
    kept, strata = zip(
        *(_keep(marked.filter(pl.col("_telling") == telling), share) for telling, share in shares), strict=True
    )
    exact = frozenset.intersection(*(frozenset(STRATA[name] for name in names) for names in strata))
    chosen = pl.concat(kept).sort("row")
    rows = exchanges.drop(WEIGHT, OWN, CLIENT_SHARE, strict=False).join(
        chosen, on="row", how="inner", maintain_order="left"
    )
    return Thinned(rows, exact)


def _shares(telling: int, total: int, budget: int) -> list[tuple[bool, int]]:
    """Gives the telling ones half of the budget at least, and more if the others do not need it."""
    plain = min(total - telling, max(budget // 2, budget - telling))
    return [(True, budget - plain), (False, plain)]


def _marked(exchanges: pl.DataFrame, matched: pl.Series, bucket_seconds: int) -> pl.DataFrame:
    """Gives row, weight, _telling, _order (the client's hash) and the columns of the strata."""
    lone = pl.col("status").is_null() & pl.col("error").is_null()
    worked = worked_of(exchanges) | (lone & ~pl.col("level").is_in(_TELLING_LEVELS).fill_null(value=False))
    telling = matched.fill_null(value=False) | ~worked | pl.col("has_browser")
    shape = pl.col("message").str.replace_all(_SHAPE, "#").str.slice(0, _SHAPE_LENGTH)
    told = exchanges.select(
        "row",
        "client",
        *(name for name in ("status", "method", "host", "route", "server_behind")),
        weight=pl.col(WEIGHT) if WEIGHT in exchanges.columns else pl.lit(1, pl.Int64),
        _telling=telling,
        _order=pl.col("client").fill_null("").hash(_SEED),
        _bucket=pl.col("timestamp").dt.epoch("s") // bucket_seconds,
        _class=pl.struct("source", "kind", "noise", "level", "logger", "exception_type", "error", "upstream_name"),
        _shape=pl.when(lone).then(shape),
    )
    failing = told.filter("_telling")["client"].drop_nulls().unique()
    numbered = told.with_columns(
        _class=pl.col("_class").rank("dense"),
        _close=pl.col("client").is_in(failing.implode()).fill_null(value=False),
    )
    return numbered.drop("client")


def _keep(rows: pl.DataFrame, budget: int) -> tuple[pl.DataFrame, list[str]]:
    """Gives row, weight, own and client_share of those that are kept, and the strata in which weights are exact."""
    strata = list(STRATA)
    if rows.height <= budget:
        return _whole(rows.select("row", WEIGHT)), strata
    distinct = rows.select(strata).unique()
    while len(strata) > 1 and 2 * distinct.height > budget:
        strata.pop()
        distinct = distinct.select(strata).unique()
    # One number for each stratum: windows over nine columns would cost three times as much.
    numbers = distinct.with_row_index("_stratum")
    numbered = rows.join(numbers, on=strata, how="left", nulls_equal=True, maintain_order="left")
    return _with_weights(_chosen(numbered, budget)).select("row", WEIGHT, OWN, CLIENT_SHARE), strata


def _whole(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds own and client_share to rows of which none is left out."""
    return rows.with_columns(pl.lit(None, pl.Int64).alias(OWN), pl.lit(1.0).alias(CLIENT_SHARE))


def _chosen(rows: pl.DataFrame, budget: int) -> pl.DataFrame:
    """Gives rows within the budget: of each stratum one of each client, in their turns, then a second one of each ...

    Which one is chosen by a seeded hash, as the earliest would tell nothing of when a fault ended. Adds _sent and
    _total (what client and stratum sent), _nth (of the client), and _bound, the first turn of a client of the stratum
    that was left out; null if none was.
    """
    client = ("_stratum", "_order")
    ranked = (
        rows.sort(pl.col("row").hash(_SEED))
        .select(
            "row",
            *client,
            _nth=pl.int_range(pl.len()).over(client),
            _sent=pl.col(WEIGHT).sum().over(client),
            _total=pl.col(WEIGHT).sum().over("_stratum"),
        )
        .with_columns(_turn=(pl.col("_order").cast(pl.Float64) + 1) / _HASHES / pl.col("_sent").sqrt())
        .sort("_nth", "_turn", "row")
        .with_columns(_rank=pl.int_range(pl.len()).over("_stratum"))
    )
    sizes = rows.group_by("_stratum").agg(pl.len().cast(pl.Int64))["len"]
    inside = pl.col("_rank") < _level(sizes, budget)
    left_out = ranked.filter(~inside & (pl.col("_nth") == 0))
    bounds = left_out.group_by("_stratum").agg(_bound=pl.col("_turn").min())
    return ranked.filter(inside).join(bounds, on="_stratum", how="left")


def _with_weights(kept: pl.DataFrame) -> pl.DataFrame:
    """Adds weight, own and client_share to rows that _chosen gave.

    Clients are kept by priority (Duffield, Lund and Thorup, Journal of the ACM 54, 2007): the more one sent, the
    likelier, but by the root of it, so that some of those that sent little stay too. Each stands for what it sent, and
    for more of what was left out the less sure it was to be kept.
    """
    share = (pl.col("_sent").sqrt() * pl.col("_bound")).fill_null(1.0).clip(_LEAST_SHARE, 1.0)
    room = (pl.col("_sent") / share).ceil().cast(pl.Int64) - pl.col("_sent")
    clients = kept.group_by("_stratum", "_order").agg(
        pl.col("_sent", "_total").first(),
        share.first().alias(CLIENT_SHARE),
        room.first().alias("_room"),
        _held=pl.len().cast(pl.Int64),
    )
    clients = clients.sort("_stratum", "_order").with_columns(
        # Where all were sure to be kept they share the rest alike.
        _room=pl.when(pl.col("_room").sum().over("_stratum") > 0).then("_room").otherwise(1)
    )
    rest, until = pl.col("_total") - pl.col("_sent").sum(), pl.col("_room").cum_sum()
    more = _share(rest, until - pl.col("_room"), until, pl.col("_room").sum()).over("_stratum")
    told = clients.select("_stratum", "_order", CLIENT_SHARE, "_held", "_sent", _stands=pl.col("_sent") + more)
    rows = kept.select("row", "_stratum", "_order", "_nth").join(told, on=["_stratum", "_order"])
    nth, held = pl.col("_nth"), pl.col("_held")
    parts = {OWN: pl.col("_sent"), WEIGHT: pl.col("_stands")}
    return rows.with_columns(_share(total, nth, nth + 1, held).alias(name) for name, total in parts.items())


def _share(total: pl.Expr, begin: pl.Expr, end: pl.Expr, of: pl.Expr) -> pl.Expr:
    """Gives the whole numbers between two parts of a total, so that neighbouring parts add up to it."""
    return total * end // of - total * begin // of


def _level(sizes: pl.Series, budget: int) -> int:
    """Gives the largest number of rows for each stratum with which all together stay within the budget; at least 1."""
    ordered = sizes.sort()
    below = ordered.cum_sum().shift(1, fill_value=0)
    filled = below + ordered * (ordered.len() - pl.Series(range(ordered.len())))
    fits = int((filled <= budget).sum())  # so many of the smallest strata stay whole
    if fits == ordered.len():
        return int(ordered[-1])
    return max(1, (budget - int(below[fits])) // (ordered.len() - fits))
