"""Lays the rows of one exchange out in the order in which the request travelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from analyzer.diagnose.noise import reference
from analyzer.model import Hop

_NAMES = {0: "browser", 1: "edge", 2: "error log", 3: "application"}


def hops_of(events: pl.DataFrame, exchange: int) -> tuple[Hop, ...]:
    """Gives one hop per row of the exchange, from the browser inwards, each layer's rows in time order."""
    rows = events.filter(pl.col("exchange") == exchange, pl.col("timestamp").is_not_null())
    ordered = rows.sort("hop", "timestamp", "source", "line")
    return tuple(_hop(row) for row in ordered.iter_rows(named=True))


def _hop(row: Mapping[str, Any]) -> Hop:
    return Hop(
        name=_NAMES[row["hop"]],
        ref=reference(row["source"], row["line"], row["format"]),
        at=row["timestamp"],
        duration_us=row["duration_us"],
        status=row["status"],
        text=row["message"] or f"{row['method'] or ''} {row['target'] or row['host'] or ''}".strip(),
    )
