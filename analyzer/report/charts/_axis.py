"""The time axis that charts share: columns of equal width, places in per cent, three labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from analyzer.diagnose._wording import duration
from analyzer.report.view.charts import Tick
from analyzer.wording.words import iso, utc

_ALIGN = ("start", "middle", "end")


@dataclass(frozen=True, slots=True)
class Axis:
    """start: left edge; width: of one column; columns: how many."""

    start: datetime
    width: timedelta
    columns: int

    @property
    def end(self) -> datetime:
        """The right edge."""
        return later(self.start, self.width * self.columns)

    @property
    def step(self) -> str:
        """The width of a column in words."""
        return duration(self.width)

    def column(self, moment: datetime) -> int:
        """Gives the column in which a time lies, at the edges the nearest one."""
        return min(max((utc(moment) - self.start) // self.width, 0), self.columns - 1)

    def opens(self, column: int) -> datetime:
        """Gives the time at which a column begins."""
        return later(self.start, self.width * column)

    def percent(self, moment: datetime) -> float:
        """Gives the place of a time in per cent of the width, from 0 to 100."""
        return min(max((utc(moment) - self.start) / (self.width * self.columns) * 100, 0.0), 100.0)

    def left(self, column: int) -> str:
        """Gives the left edge of a column in per cent."""
        return place(100 * column / self.columns)

    def breadth(self) -> str:
        """Gives the width of a column's bar in per cent, with a gap to the next where there is room."""
        return place(100 / self.columns * (0.86 if self.columns <= 60 else 1.0))

    def ticks(self) -> tuple[Tick, ...]:
        """Gives labels for the start, the middle and the end."""
        whole = self.width * self.columns
        return tuple(
            Tick(place(100 * half / 2), _ALIGN[half], self.stamp(later(self.start, whole * half / 2)))
            for half in range(3)
        )

    def stamp(self, moment: datetime) -> str:
        """Gives a time as finely as the axis needs."""
        text = iso(moment)
        whole = self.width * self.columns
        if whole > timedelta(days=1):
            return f"{text[5:10]} {text[11:16]}"
        return (
            text[11:23] if whole < timedelta(seconds=5) else text[11:19] if whole < timedelta(hours=1) else text[11:16]
        )


@dataclass(frozen=True, slots=True)
class Scale:
    """bucket: the width in which things were counted; columns: how many a chart may have."""

    bucket: timedelta
    columns: int


def lay(starts: Iterable[datetime], scale: Scale) -> Axis | None:
    """Gives an axis over all starts, each column a whole number of buckets wide."""
    moments = [utc(start) for start in starts]
    if not moments:
        return None
    first, last = min(moments), max(moments)
    buckets = (last - first) // scale.bucket + 1
    factor = ceil(buckets / scale.columns)
    return Axis(first, scale.bucket * factor, ceil(buckets / factor))


def later(moment: datetime, gap: timedelta) -> datetime:
    """Gives the time after the gap, at most the last that a calendar knows."""
    return moment + min(gap, datetime.max.replace(tzinfo=UTC) - moment)


def place(value: float) -> str:
    """Gives a number for an attribute, always written the same way."""
    return f"{value:.2f}"
