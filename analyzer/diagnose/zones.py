"""Finds the time zone of an error log that writes none, by the access lines of the same requests."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

_BY = ["client_ip", "method", "target"]
_STEP_S = 900
_LONGEST_S = 14 * 3600
_SLACK_S = 1
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class ZoneShift:
    """A source whose written times are shift_seconds ahead of UTC, as matches of its lines show."""

    source: str
    shift_seconds: int
    matches: int

    @property
    def zone(self) -> str:
        """Gives UTC+01:00 and the like."""
        sign = "-" if self.shift_seconds < 0 else "+"
        hours, rest = divmod(abs(self.shift_seconds), 3600)
        return f"UTC{sign}{hours:02}:{rest // 60:02}"


def find_shifts(events: pl.DataFrame, assumed: Collection[str]) -> tuple[ZoneShift, ...]:
    """Gives the quarter-hour shift that makes most error lines fall on an access line of the same client and request.

    Only for sources whose zone was assumed, and only where at least three lines match and more than without a shift.
    """
    errors = events.filter(
        pl.col("source").is_in(sorted(assumed)), pl.col("kind") == "error", pl.col("target").is_not_null()
    )
    access = events.filter((pl.col("kind") == "request") & (pl.col("format") != "har") & pl.col("target").is_not_null())
    if errors.is_empty() or access.is_empty():
        return ()
    pairs = errors.select("source", "line", "stamped_at", *_BY).join(
        access.select(*_BY, other="stamped_at"), on=_BY, how="inner"
    )
    ahead = (pl.col("stamped_at") - pl.col("other")).dt.total_seconds()
    shift = ((ahead + _STEP_S // 2) // _STEP_S) * _STEP_S
    near = (ahead - shift).abs() <= _SLACK_S
    counted = (
        pairs.with_columns(shift=shift)
        .filter(near & (shift.abs() <= _LONGEST_S))
        .group_by("source", "shift")
        .agg(matches=pl.col("line").n_unique().cast(pl.Int64))
        .sort("source", "matches", pl.col("shift").abs(), "shift", descending=[False, True, False, False])
        .unique("source", keep="first", maintain_order=True)
        .filter((pl.col("shift") != 0) & (pl.col("matches") >= _FEWEST))
    )
    return tuple(ZoneShift(*row) for row in counted.select("source", "shift", "matches").iter_rows())


def apply_shifts(events: pl.DataFrame, shifts: Collection[ZoneShift]) -> pl.DataFrame:
    """Moves timestamp and stamped_at of the shifted sources onto UTC."""
    if not shifts:
        return events
    seconds = {shift.source: shift.shift_seconds for shift in shifts}
    ahead = pl.duration(seconds=pl.col("source").replace_strict(seconds, default=0, return_dtype=pl.Int64))
    return events.with_columns(pl.col("timestamp") - ahead, pl.col("stamped_at") - ahead)
