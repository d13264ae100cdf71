"""Counts errors and requests in buckets, and lays the buckets on an axis without long empty stretches."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analyzer.counted import number, number_where, weighed

BASE_SECONDS = 10
SHORT_LOG_SECONDS = 1800
LONGEST_GAP = 360  # empty buckets; a longer silence says nothing about error rates
MOST_BUCKETS = 20_000


@dataclass(frozen=True, slots=True)
class Axis:
    """The buckets of a log: numbers holds, by position, the bucket's number since 1970 in units of its width."""

    seconds: int
    table: pl.DataFrame
    length: int

    def edges(self, first: int, last: int) -> tuple[int, int]:
        """Gives the begin of one position's bucket and the end of another's, in microseconds since 1970."""
        width = self.seconds * 1_000_000
        return self._number(first) * width, (self._number(last) + 1) * width

    def _number(self, position: int) -> int:
        before = self.table.filter(pl.col("position") <= position).tail(1)
        if not before.height:
            before = self.table.head(1)
        return int(before["bucket"].item()) + position - int(before["position"].item())


def choose_seconds(span_us: int, asked: int | None) -> int:
    """Gives the bucket width: what the rule asks for, else 10 s for logs under half an hour, else a minute."""
    if asked:
        return asked
    return BASE_SECONDS if span_us < SHORT_LOG_SECONDS * 1_000_000 else 60


def hold_whole(seconds: int, stretch: int) -> int:
    """Gives the least width, not below seconds, of which each bucket holds whole stretches of this many seconds."""
    return seconds + -seconds % stretch if stretch else seconds


def lay_axis(counts: pl.DataFrame, seconds: int) -> Axis:
    """Gives the axis for base buckets (column base); the width doubles until the axis is short enough."""
    while True:
        numbers = counts.select((pl.col("base") * BASE_SECONDS // seconds).alias("bucket")).unique().sort("bucket")
        step = pl.col("bucket").diff().fill_null(0).clip(upper_bound=LONGEST_GAP)
        table = numbers.with_columns(step.cum_sum().alias("position"))
        length = int(table["position"].max() or 0) + 1  # type: ignore[arg-type]
        if length <= MOST_BUCKETS:
            return Axis(seconds, table, length)
        seconds *= 2


def measure_span(times: pl.Series) -> int:
    """Gives the time from the first to the last event, in microseconds as these are."""
    return int(times.max()) - int(times.min())  # type: ignore[arg-type]


def number_base(times: pl.Series) -> pl.DataFrame:
    """Gives base: the base buckets that hold an event; times in microseconds."""
    return pl.DataFrame({"base": (times // (BASE_SECONDS * 1_000_000)).unique().sort()})


def count_base(events: pl.DataFrame) -> pl.DataFrame:
    """Gives group, base, errors, requests: counts that add over parts of a log, whatever the final width.

    events: group, at, failed (Boolean), weight.
    """
    return (
        weighed(events)
        .group_by("group", (pl.col("at") // (BASE_SECONDS * 1_000_000)).alias("base"))
        .agg(number_where(pl.col("failed")).alias("errors"), number().alias("requests"))
        .sort("group", "base")
    )


def place(counts: pl.DataFrame, axis: Axis) -> pl.DataFrame:
    """Adds the base counts up on the axis: group, position, errors, requests, sorted."""
    numbered = counts.with_columns((pl.col("base") * BASE_SECONDS // axis.seconds).alias("bucket"))
    return (
        numbered.join(axis.table, on="bucket")
        .group_by("group", "position")
        .agg(pl.col("errors").sum(), pl.col("requests").sum())
        .sort("group", "position")
    )
