"""Tells what kind of event a record is by the columns that it fills, for formats whose records may be of any kind."""

from __future__ import annotations

import polars as pl


def any_of(events: pl.DataFrame, *names: str) -> pl.Expr:
    """Whether a row has a value in one of these columns, which need not exist."""
    known = [pl.col(name).is_not_null() for name in names if name in events.columns]
    return pl.any_horizontal(known) if known else pl.lit(value=False)


def of_records(events: pl.DataFrame) -> pl.Expr:
    """Gives the kind: what tells of an exchange and says nothing is a request, all else is the application's."""
    request = any_of(events, "method", "path", "status") & ~any_of(events, "level", "message")
    return pl.when(request).then(pl.lit("request")).otherwise(pl.lit("application"))


def unmark_moments(events: pl.DataFrame) -> pl.DataFrame:
    """Lets the time of an application's record without a duration be a moment, neither start nor end."""
    if "stamp_marks" not in events.columns:
        return events
    marked = (pl.col("kind") == "request") | any_of(events, "duration_us")
    return events.with_columns(stamp_marks=pl.when(marked).then("stamp_marks"))
