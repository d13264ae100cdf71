"""Chooses the exchanges of a large input that are kept as rows, and says how many each of them stands for."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analyzer.diagnose._counts import worked_of

_SEED = 20_250_101
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
    """The rows that are kept, with weight: how many each of them stands for; and by what their sums are exact.

    exact: names of STRATA, all of them where nothing was left out; a stretch is one of bucket_seconds.
    """

    exchanges: pl.DataFrame
    exact: frozenset[str]


def thin(exchanges: pl.DataFrame, matched: pl.Series, budget: int, bucket_seconds: int) -> Thinned:
    """Gives about budget rows of the exchanges, in their order.

    What failed, what a rule matched (Boolean, one for each row) and what a browser recorded comes first; of that, and
    of the others, each stratum (bucket of time, source, status, host, route ...) keeps the more rows the rarer it is,
    all of them where there is room. The weights of a stratum add up to the exchanges in it, so every count over whole
    strata is exact. Of two rows alike those of the same clients stay throughout, chosen by a seeded hash.
    """
    if exchanges.height <= budget:
        return Thinned(exchanges, frozenset(STRATA.values()))
    marked = _marked(exchanges, matched, bucket_seconds)
    shares = _shares(int(marked["_telling"].sum()), exchanges.height, budget)
    kept, strata = zip(
        *(_keep(marked.filter(pl.col("_telling") == telling), share) for telling, share in shares), strict=True
    )
    exact = frozenset.intersection(*(frozenset(STRATA[name] for name in names) for names in strata))
    chosen = pl.concat(kept).sort("row")
    rows = exchanges.drop("weight", strict=False).join(chosen, on="row", how="inner", maintain_order="left")
    return Thinned(rows, exact)


def _shares(telling: int, total: int, budget: int) -> list[tuple[bool, int]]:
    """Gives the telling ones half of the budget at least, and more if the others do not need it."""
    plain = min(total - telling, max(budget // 2, budget - telling))
    return [(True, budget - plain), (False, plain)]


def _marked(exchanges: pl.DataFrame, matched: pl.Series, bucket_seconds: int) -> pl.DataFrame:
    """Gives row, weight, _telling, _order and the columns of the strata."""
    lone = pl.col("status").is_null() & pl.col("error").is_null()
    worked = worked_of(exchanges) | (lone & ~pl.col("level").is_in(_TELLING_LEVELS).fill_null(value=False))
    telling = matched.fill_null(value=False) | ~worked | pl.col("has_browser")
    shape = pl.col("message").str.replace_all(_SHAPE, "#").str.slice(0, _SHAPE_LENGTH)
    told = exchanges.select(
        "row",
        "client",
        *(name for name in ("status", "method", "host", "route", "server_behind")),
        weight=pl.col("weight") if "weight" in exchanges.columns else pl.lit(1, pl.Int64),
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
    """Gives row and weight of those that are kept, and the strata within which the weights are exact."""
    strata = list(STRATA)
    if rows.height <= budget:
        return rows.select("row", "weight"), strata
    distinct = rows.select(strata).unique()
    while len(strata) > 1 and 2 * distinct.height > budget:
        strata.pop()
        distinct = distinct.select(strata).unique()
    # One number for each stratum: windows over nine columns would cost three times as much.
    numbers = distinct.with_row_index("_stratum")
    numbered = rows.join(numbers, on=strata, how="left", nulls_equal=True, maintain_order="left")
    sized = numbered.sort("_order", "row").select(
        "row", "weight", "_stratum", _rank=pl.int_range(pl.len()).over("_stratum"),
        _size=pl.len().over("_stratum").cast(pl.Int64),
    )  # fmt: skip
    most = _level(sized.filter(pl.col("_rank") == 0)["_size"], budget)
    total = pl.col("weight").sum().over("_stratum")
    kept, rank = pl.min_horizontal(pl.col("_size"), most), pl.col("_rank")
    share = total * (rank + 1) // kept - total * rank // kept
    kept_rows = sized.select("row", "_rank", share.alias("weight")).filter(pl.col("_rank") < most)
    return kept_rows.select("row", "weight"), strata


def _level(sizes: pl.Series, budget: int) -> int:
    """Gives the largest number of rows for each stratum with which all together stay within the budget; at least 1."""
    ordered = sizes.sort()
    below = ordered.cum_sum().shift(1, fill_value=0)
    filled = below + ordered * (ordered.len() - pl.Series(range(ordered.len())))
    fits = int((filled <= budget).sum())  # so many of the smallest strata stay whole
    if fits == ordered.len():
        return int(ordered[-1])
    return max(1, (budget - int(below[fits])) // (ordered.len() - fits))
