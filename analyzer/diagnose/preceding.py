"""Finds the last change that the logs show before the first failure."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from analyzer.diagnose.noise import reference
from analyzer.model import Evidence

_LOOK_BACK = timedelta(minutes=5)
_CHANGE = (
    r"(?i)\b(?:re)?start(?:ing|ed)?\b|\breload(?:ed|ing)?\b|\breconfigur|\bdeploy|\brollout|\brolled (?:out|back)"
    r"|\bconfig(?:uration)? (?:changed|loaded|updated)|\bflag\b|\brotat|\bkey set\b|\bnew (?:signing )?key"
    r"|\bsignal \d+|\bshutting down\b|\bmaintenance\b|\bmigrat"
)


def find_preceding(events: pl.DataFrame, failing: pl.DataFrame, started: datetime) -> Evidence | None:
    """Gives the last line within five minutes before the first failure that speaks of a change, if there is one.

    It precedes; that it caused anything is not said.
    """
    found = (
        events.filter(
            pl.col("message").is_not_null(),
            pl.col("kind") != "request",
            pl.col("timestamp").is_between(started - _LOOK_BACK, started),
            pl.col("status").is_null(),
            pl.col("message").str.contains(_CHANGE),
        )
        .join(failing.select("exchange"), on="exchange", how="anti", maintain_order="left")
        .sort("timestamp", "source", "line")
        .tail(1)
    )
    row = next(found.iter_rows(named=True), None)
    if row is None:
        return None
    text = f"The last change before it that the logs show: {row['message']}"
    return Evidence(text, reference(row["source"], row["line"], row["format"]))
