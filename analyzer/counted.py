"""Counts exchanges: a row stands for as many as its column weight says, for one where a frame has no such column."""

from __future__ import annotations

import polars as pl

WEIGHT = "weight"
# How many of these exchanges the row's own client sent (Int64, at least 1); null: all of them.
OWN = "own"
# How likely a client like the row's own was to keep a row (Float64, above 0); 1 where nobody was left out.
CLIENT_SHARE = "client_share"
# Rows that stand for others stand for rows that are alike in these; of all else, what the others had is not known.
STRATA = frozenset({"source", "host", "route", "method", "status"})


def weighed(frame: pl.DataFrame) -> pl.DataFrame:
    """Gives the frame with weight (Int64, at least 1), which is 1 throughout where the frame lacks it."""
    return frame if WEIGHT in frame.columns else frame.with_columns(pl.lit(1, pl.Int64).alias(WEIGHT))


def own() -> pl.Expr:
    """Gives how many exchanges of its own client a row stands for; frames that were never thinned lack it."""
    return pl.coalesce(OWN, WEIGHT).alias(WEIGHT)


def owned(frame: pl.DataFrame) -> pl.DataFrame:
    """Gives the frame with the weight of what each row's own client sent, by which clients are told apart."""
    frame = weighed(frame)
    return frame.with_columns(own()) if OWN in frame.columns else frame


def stand_for_others(frame: pl.DataFrame) -> bool:
    """Tells whether any row stands for exchanges of other clients, of whom some then have no row."""
    return OWN in frame.columns and bool((frame[WEIGHT] > frame[OWN]).any())


def counted(frame: pl.DataFrame, test: pl.Expr | pl.Series | None = None) -> int:
    """Gives how many exchanges the rows of a frame stand for, all or those that pass the test."""
    if test is not None:
        chosen = pl.lit(test) if isinstance(test, pl.Series) else test
        return int(weighed(frame).select(number_where(chosen)).item())
    return int(frame[WEIGHT].sum()) if WEIGHT in frame.columns else frame.height


def number() -> pl.Expr:
    """Gives how many exchanges rows stand for (Int64), as counted does."""
    return pl.col(WEIGHT).sum()


def number_where(test: pl.Expr) -> pl.Expr:
    """Gives how many exchanges the rows stand for that pass the test."""
    return pl.when(test).then(WEIGHT).sum()


def share_where(test: pl.Expr) -> pl.Expr:
    """Gives the share of the exchanges whose rows pass the test, among those for which it is known; null of none."""
    known = number_where(test.is_not_null())
    return pl.when(known > 0).then(number_where(test) / known)


def median(values: pl.Series, weights: pl.Series) -> float | None:
    """Gives the median of values, each of which occurs as often as its weight says; nulls are left out."""
    known = pl.DataFrame({"value": values, WEIGHT: weights}).drop_nulls("value")
    return None if known.is_empty() else float(known.select(percentile(pl.col("value"), 0.5)).item())


def percentile(value: pl.Expr, share: float) -> pl.Expr:
    """Gives the value below which a share (0 to 1) of the exchanges lie, linear between neighbours; nulls left out.

    Equals Expr.quantile(share, interpolation="linear") of the rows repeated as their weights say; null of none.
    """
    known = value.is_not_null()
    ordered = value.filter(known).sort()
    until = pl.col(WEIGHT).filter(known).sort_by(value.filter(known)).cum_sum()
    # Polars puts nulls first, and so rounds the place with them.
    nulls = number_where(value.is_null())
    place = share * (until.last() - 1) + nulls
    low, high = (ordered.get((until <= rank - nulls).sum(), null_on_oob=True) for rank in (place.floor(), place.ceil()))
    return pl.when(low == high).then(low).otherwise((place - place.floor()) * (high - low) + low)
