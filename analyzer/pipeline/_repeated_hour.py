"""Tells the two passes of the hour that clocks repeat in autumn apart, for lines that write local time only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import polars as pl

from analyzer.diagnose.zones import lacks_zone
from analyzer.model import ZoneGap

_RUN_BACK = timedelta(minutes=30)  # more than lines written out of order, less than the hour
_TIMES = ("timestamp", "stamped_at")


@dataclass
class RepeatedHour:
    """Remembers for one source, read in one zone, how far each night's repeated hour has come."""

    zone: str
    latest: dict[date, datetime] = field(default_factory=dict)
    second: set[date] = field(default_factory=set)
    first_lines: int = 0
    second_lines: int = 0

    def settle(self, events: pl.DataFrame, gap: ZoneGap) -> pl.DataFrame:
        """Moves the second pass on by the hour: lines from the one on that runs back by half an hour or more.

        Every time of the repeated hour was read as its first pass.
        """
        local = pl.col("stamped_at").dt.convert_time_zone(self.zone).dt.replace_time_zone(None)
        passes = [local.dt.replace_time_zone(self.zone, ambiguous=which) for which in ("earliest", "latest")]
        twice = events.filter(lacks_zone(gap) & (passes[0] != passes[1]))
        rows = twice.select("line", "stamped_at", day=local.dt.date()).sort("line", maintain_order=True)
        later = pl.concat(
            [rows["line"].clear(), *(self._later(night) for night in rows.partition_by("day", maintain_order=True))]
        )
        self.first_lines += rows.height - len(later)
        self.second_lines += len(later)
        if later.is_empty():
            return events
        moved = lacks_zone(gap) & pl.col("line").is_in(later.implode()) & (passes[0] != passes[1])
        times = [*_TIMES, "collected_at"] if gap.collector == "lacking" else _TIMES
        return events.with_columns(
            pl.when(moved).then(pl.col(name) + (passes[1] - passes[0])).otherwise(name).alias(name) for name in times
        )

    def notes(self) -> tuple[str, ...]:
        """Gives a sentence if there were such lines."""
        if not self.first_lines + self.second_lines:
            return ()
        told = f"{self.first_lines + self.second_lines:,} times lie in the hour that the clocks of {self.zone} repeat"
        if not self.second_lines:
            return (f"{told}: they are ambiguous, and read as its first pass.",)
        return (f"{told}: {self.second_lines:,} are read as its second pass, as the lines run back there.",)

    def _later(self, night: pl.DataFrame) -> pl.Series:
        day, first = night.row(0, named=True)["day"], night.row(0, named=True)["stamped_at"]
        before = self.latest.get(day, first)
        latest = pl.max_horizontal(pl.col("stamped_at").cum_max(), pl.lit(before))
        back = ((latest - pl.col("stamped_at")) >= _RUN_BACK).cum_max() | pl.lit(day in self.second)
        seen = night.select("line", latest=latest, back=back)
        self.latest[day] = seen["latest"][-1]
        if seen["back"].any():
            self.second.add(day)
        return seen.filter("back")["line"]
