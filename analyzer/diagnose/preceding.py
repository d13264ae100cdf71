"""Finds the last change that the logs show before the first failure."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from analyzer.diagnose.noise import reference
from analyzer.model import Evidence

_LOOK_BACK = timedelta(minutes=5)
_START_UP = timedelta(seconds=10)
_CHANGE = (
    r"(?i)\b(?:re)?start(?:ing|ed)?\b|\breload(?:ed|ing)?\b|\breconfigur|\bdeploy|\brollout|\brolled (?:out|back)"
    r"|\bconfig(?:uration)? (?:changed|loaded|updated)|\bflag\b|\brotat|\bkey set\b|\bnew (?:signing )?key"
    r"|\bsignal \d+|\bshutting down\b|\bmaintenance\b|\bmigrat"
)


def find_preceding(events: pl.DataFrame, failing: pl.DataFrame, started: datetime) -> Evidence | None:
    """Gives the last record of a change from five minutes before the first failure until that request had failed.

    It precedes; that it caused anything is not said. A change inside the first failing request counts (a reload that
    the request itself met), its own warnings and errors do not, and neither do the lines with which a log begins.
    """
    first = failing.sort("timestamp", "row").row(0, named=True)
    own_failure = (pl.col("exchange") == first["exchange"]) & pl.col("level").is_in(["warning", "error", "critical"])
    begun = pl.col("timestamp") < pl.col("timestamp").min().over("source") + _START_UP
    found = (
        events.filter(pl.col("kind") != "request", pl.col("timestamp") <= first["ended_at"])
        .filter(pl.col("message").str.contains(_CHANGE).fill_null(value=False) & ~own_failure.fill_null(value=False))
        .filter(~begun, pl.col("timestamp") >= started - _LOOK_BACK, pl.col("status").is_null())
        .sort("timestamp", "source", "line")
        .tail(1)
    )
    row = next(found.iter_rows(named=True), None)
    if row is None:
        return None
    return Evidence(
        f"{_apart(row['timestamp'], started)}: {row['message']}", reference(row["source"], row["line"], row["format"])
    )


def _apart(moment: datetime, started: datetime) -> str:
    seconds = (started - moment).total_seconds()
    if seconds < 1:
        return "Within a second of the first failure"
    return f"{seconds:.0f} s before the first failure"
