"""Finds an application's log that falls silent just before the first failure."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from analyzer.diagnose._moments import apart
from analyzer.diagnose._wording import duration
from analyzer.diagnose.noise import reference
from analyzer.model import Evidence

_BEFORE, _AFTER = timedelta(seconds=30), timedelta(seconds=1)
_USUAL, _AHEAD = timedelta(seconds=60), timedelta(hours=1)
_RECORDS = 20
_LEAST = timedelta(seconds=5)
_TIMES_LONGEST = 3


def find_silence(events: pl.DataFrame, started: datetime) -> Evidence | None:
    """Gives the last record before a silence that is much longer than any gap in the minute before it.

    The silence begins in the half minute before the first failure and must be seen to last: by a later record of the
    log, or by other sources that go on.
    """
    near = events.filter(pl.col("timestamp").is_between(started - _BEFORE - _USUAL, started + _AHEAD))
    end = near["timestamp"].max()
    records = (
        near.filter(pl.col("kind") == "application")
        .sort("source", "timestamp", "line")
        .with_columns(next=pl.col("timestamp").shift(-1).over("source"))
        .with_columns(gap=pl.coalesce("next", pl.lit(end)) - pl.col("timestamp"))
    )
    begins = pl.col("timestamp").is_between(started - _BEFORE, started + _AFTER)
    lasts = pl.col("timestamp") + pl.col("gap") > started + _AFTER
    for row in records.filter(begins, lasts, pl.col("gap") >= _LEAST).iter_rows(named=True):
        usual = records.filter(
            pl.col("source") == row["source"],
            pl.col("timestamp").is_between(row["timestamp"] - _USUAL, row["timestamp"], closed="left"),
        )["gap"]
        longest = usual.max()
        if isinstance(longest, timedelta) and usual.len() >= _RECORDS and row["gap"] >= _TIMES_LONGEST * longest:
            place = reference(row["source"], row["line"], row["format"])
            resumes = "" if row["next"] is not None else " at least, as it ends there"
            return Evidence(
                f"{apart(row['timestamp'], started)}: the application's log falls silent for "
                f"{duration(row['gap'])}{resumes}", place,
            )  # fmt: skip
    return None
