"""The time axis that charts share: columns of equal width, places in per cent, labels at round times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from analyzer.diagnose._wording import duration
from analyzer.report.view.charts import Tick
from analyzer.wording.words import iso, plural, utc

_ALIGN = ("start", "middle", "end")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_ROUND = (
    1, 2, 5, 10, 15, 20, 30, *(_MINUTE * times for times in (1, 2, 5, 10, 15, 20, 30)),
    *(_HOUR * times for times in (1, 2, 3, 4, 6, 8, 12)), *(_DAY * times for times in (1, 2, 3)),
    *(7 * _DAY * 2**power for power in range(20)),
)  # fmt: skip
# Pixels: of a chart beside its scale on the narrowest screen and on one with room, of a digit, between two labels.
_NARROW, _WIDE, _DIGIT, _APART = 212, 680, 7, 14
_YEAR = timedelta(days=300)  # above that a label needs the year
_SHORTEST = timedelta(seconds=5)  # below that a label has milliseconds, and no round time helps


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
        """Gives labels at round times: those that fit on every screen, and wide ones; else start, middle and end."""
        whole = self.width * self.columns
        few = self._step(_NARROW, _APART)
        many = self._step(_WIDE, 2 * _APART, within=few)
        found = tuple(self._round(few, many)) if whole >= _SHORTEST else ()
        if sum(not tick.wide for tick in found) >= len(_ALIGN) - 1:
            return found
        texts = [self.stamp(later(self.start, whole * half / 2)) for half in range(3)]
        tight = _DIGIT * len("".join(texts)) + 2 * _APART > _NARROW
        return tuple(
            Tick(place(100 * half / 2), align, text, wide=tight and align == "middle")
            for half, (align, text) in enumerate(zip(_ALIGN, texts, strict=True))
        )

    def _step(self, pixels: int, apart: int, within: int = 0) -> int:
        """Gives the least round step in seconds whose labels stand apart, and that divides within."""
        whole = self.width * self.columns
        for step in _ROUND:
            if timedelta(seconds=step) * pixels >= whole * (self._label(step) + apart) and within % step == 0:
                return int(step)
        return within or int(_ROUND[-1])

    def _label(self, step: int) -> int:
        return _DIGIT * len(self._at_step(self.start, step))

    def _at_step(self, moment: datetime, step: int) -> str:
        """Gives a round time without what is zero in all of them."""
        whole = self.width * self.columns
        zero = _MINUTE if whole <= timedelta(days=1) else _DAY
        text = self.stamp(moment)
        return text[:5] if step % zero == 0 and whole <= _YEAR else text

    def _round(self, few: int, many: int) -> Iterator[Tick]:
        label = self._label(many)
        seconds = many * -((_EPOCH - self.start) // timedelta(seconds=many))
        while (at := later(_EPOCH, timedelta(seconds=seconds))) < self.end:
            x = self.percent(at)
            wide = bool(seconds % few) or not _fits(x, label, _NARROW)
            if _fits(x, label, _WIDE):
                yield Tick(place(x), "middle", self._at_step(at, many), wide)
            seconds += many

    def stamp(self, moment: datetime) -> str:
        """Gives a time as finely as the axis needs."""
        text = iso(moment)
        whole = self.width * self.columns
        if whole > _YEAR:
            return text[:10]
        if whole > timedelta(days=1):
            return f"{text[5:10]} {text[11:16]}"
        return text[11:23] if whole < _SHORTEST else text[11:19] if whole < timedelta(hours=1) else text[11:16]


@dataclass(frozen=True, slots=True)
class Scale:
    """bucket: the width in which things were counted; columns: how many a chart may have."""

    bucket: timedelta
    columns: int


def _fits(x: float, label: int, pixels: int) -> bool:
    """Tells whether a label in the middle of this place, in per cent, stays on the picture."""
    return label / 2 <= x / 100 * pixels <= pixels - label / 2


def lay(starts: Iterable[datetime], scale: Scale) -> Axis | None:
    """Gives an axis over all starts, each column a whole number of buckets wide."""
    moments = [utc(start) for start in starts]
    if not moments:
        return None
    first, last = min(moments), max(moments)
    buckets = (last - first) // scale.bucket + 1
    factor = ceil(buckets / scale.columns)
    return Axis(first, scale.bucket * factor, ceil(buckets / factor))


def left_out(axis: Axis, used: int) -> str:
    """Says how many columns a table leaves out of those that it might show."""
    empty = axis.columns - used
    return f"{plural(empty, 'interval')} without requests left out." if empty else ""


def later(moment: datetime, gap: timedelta) -> datetime:
    """Gives the time after the gap, at most the last that a calendar knows."""
    return moment + min(gap, datetime.max.replace(tzinfo=UTC) - moment)


def place(value: float) -> str:
    """Gives a number for an attribute, always written the same way."""
    return f"{value:.2f}"
