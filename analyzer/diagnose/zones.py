"""Finds the time zone of an error log that writes none, by the access lines of the same requests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    """Gives the quarter-hour shift that makes most error lines fall on a failing access line of the same request.

    Same client, method and target, at most a second apart. Only for sources whose zone was assumed, and only where at
    least three lines match, more than without a shift, and more than with any other shift.
    """
    request = pl.col("target").is_not_null()
    errors = events.filter(pl.col("source").is_in(sorted(assumed)), pl.col("kind") == "error", request)
    failing = (pl.col("kind") == "request") & (pl.col("format") != "har") & (pl.col("status") >= 400)
    access = events.filter(failing, request)
    if errors.is_empty() or access.is_empty():
        return ()
    second = pl.col("stamped_at").dt.epoch("s")
    lines = errors.select("source", "line", *_BY, second=second).drop_nulls()
    seen = pl.concat(access.select(*_BY, second=second + slack) for slack in range(-_SLACK_S, _SLACK_S + 1)).unique()
    counted = [
        (shift, lines.with_columns(pl.col("second") - shift).join(seen, on=[*_BY, "second"], how="semi"))
        for shift in range(-_LONGEST_S, _LONGEST_S + 1, _STEP_S)
    ]
    found = (_best_shift(source, counted) for source in lines["source"].unique().sort())
    return tuple(shift for shift in found if shift is not None)


def _best_shift(source: str, counted: Sequence[tuple[int, pl.DataFrame]]) -> ZoneShift | None:
    matches = sorted(((frame.filter(source=source).height, shift) for shift, frame in counted), reverse=True)
    (most, shift), (second_most, _) = matches[0], matches[1]
    return ZoneShift(source, shift, most) if shift and most >= _FEWEST and most > second_most else None


def apply_shifts(events: pl.DataFrame, shifts: Collection[ZoneShift]) -> pl.DataFrame:
    """Moves timestamp and stamped_at of the shifted sources onto UTC."""
    if not shifts:
        return events
    seconds = {shift.source: shift.shift_seconds for shift in shifts}
    ahead = pl.duration(seconds=pl.col("source").replace_strict(seconds, default=0, return_dtype=pl.Int64))
    return events.with_columns(pl.col("timestamp") - ahead, pl.col("stamped_at") - ahead)
