"""Quantiles of durations over time: a box from p50 to p95, a stem to p99, a ring at the longest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10

from analyzer.model import LatencyBucket, LatencySeries, Quantiles
from analyzer.report.charts._axis import Axis, left_out, place
from analyzer.report.charts.timeline import Band, lanes
from analyzer.report.view.charts import Shape
from analyzer.report.view.latency import LatencyChart, LatencyColumn, Rule
from analyzer.report.view.pieces import Table
from analyzer.wording.words import TELLER_WORDS, microseconds, number, plural

_ROOF, _PLOT, _FOOT = 20, 130, 22
_LOST = 14  # the height of the row of timeouts
_DECADES = 2  # a logarithmic scale where the values span more
_RULES = 4
_LEAST = 2.0


@dataclass(frozen=True, slots=True)
class _Ladder:
    """The scale: least and most are the durations (µs) at its foot and its head."""

    least: int
    most: int
    is_log: bool
    rungs: tuple[int, ...]

    def height(self, value: int) -> float:
        """Gives how high a duration stands, from 0 at the foot to 1 at the head."""
        if not self.is_log:
            return min(value / self.most, 1.0)
        part = log10(max(value, self.least) / self.least) / log10(self.most / self.least)
        return min(part, 1.0)


def draw(chart_id: str, series: LatencySeries, axis: Axis, bands: Sequence[Band]) -> LatencyChart:
    """Gives the quantiles of one kind of source on the time axis that all charts share."""
    ladder = _ladder(bucket.times for bucket in series.buckets)
    columns = _columns(axis, series.buckets)
    lost = _lost(axis, series.buckets)
    roof = _ROOF + (_LOST if lost else 0)
    title = f"How long requests took, counted by {TELLER_WORDS[series.teller]}"
    return LatencyChart(
        id=chart_id,
        title=title,
        description=_describe(series, axis, columns, ladder),
        height=roof + _PLOT + _FOOT,
        roof=roof,
        floor=roof + _PLOT,
        scale=tuple(Rule(_y(ladder, rung, roof), _short(rung)) for rung in ladder.rungs),
        lanes=lanes(axis, bands),
        columns=tuple(_column(axis, column, times, ladder, roof) for column, times in sorted(columns.items())),
        lost=tuple(
            Shape(axis.left(column), place(_ROOF - 3), axis.breadth(), place(_LOST - 5), "failed")
            for column in sorted(lost)
        ),
        lost_text=f"timed out: {number(series.timed_out)}" if lost else "",
        ticks=axis.ticks(),
        table=_table(title, axis, columns, lost),
    )


def _ladder(times: Iterable[Quantiles | None]) -> _Ladder:
    known = [each for each in times if each is not None]
    most = max((each.most for each in known), default=0)
    least = min((value for each in known for value in (each.p50, each.most) if value > 0), default=1)
    if most > least * 10**_DECADES:
        low, high = floor(log10(least)), len(str(most - 1))
        every = -(-(high - low) // _RULES)
        return _Ladder(10**low, 10**high, is_log=True, rungs=tuple(10**power for power in range(low, high + 1, every)))
    step = _step(max(most, 1))
    return _Ladder(0, step * -(-max(most, 1) // step), is_log=False, rungs=tuple(range(0, max(most, 1) + step, step)))


def _step(most: int) -> int:
    """Gives the least of 1, 2, 5, 10 ... of which four reach the longest."""
    unit = 10 ** (len(str(most)) - 2) if most > 9 else 1
    return next(unit * times for times in (1, 2, 5, 10, 20, 50) if unit * times * _RULES >= most)


def _short(value: int) -> str:
    """Gives a round duration in as few characters as the margin holds."""
    for unit, word in ((60_000_000, "min"), (1_000_000, "s"), (1_000, "ms")):
        if value >= unit:
            return f"{value / unit:,.3g} {word}" if value < 1000 * unit else f"{value // unit:,} {word}"
    return f"{value} µs" if value else "0"


def _y(ladder: _Ladder, value: int, roof: int) -> str:
    return place(roof + _PLOT * (1 - ladder.height(value)))


def _columns(axis: Axis, buckets: Sequence[LatencyBucket]) -> dict[int, Quantiles]:
    """Gives the quantiles by column; where intervals share one, the longest of each, since quantiles do not add up."""
    found: dict[int, Quantiles] = {}
    for bucket in buckets:
        if bucket.times is None:
            continue
        column, times = axis.column(bucket.start), bucket.times
        other = found.get(column)
        found[column] = times if other is None else _longer(times, other)
    return found


def _longer(one: Quantiles, other: Quantiles) -> Quantiles:
    names = ("p50", "p90", "p95", "p99", "most")
    return Quantiles(one.count + other.count, *(max(getattr(one, name), getattr(other, name)) for name in names))


def _lost(axis: Axis, buckets: Sequence[LatencyBucket]) -> dict[int, int]:
    found: dict[int, int] = {}
    for bucket in buckets:
        if bucket.timed_out:
            column = axis.column(bucket.start)
            found[column] = found.get(column, 0) + bucket.timed_out
    return found


def _column(axis: Axis, column: int, times: Quantiles, ladder: _Ladder, roof: int) -> LatencyColumn:
    low, high = (roof + _PLOT * (1 - ladder.height(value)) for value in (times.p50, times.p95))
    breadth = axis.breadth()
    top = min(high, low - _LEAST)
    return LatencyColumn(
        x=axis.left(column),
        breadth=breadth,
        middle=place(100 * column / axis.columns + float(breadth) / 2),
        box=place(top),
        box_height=place(low - top),
        p50_y=place(low - 1),
        p99_y=_y(ladder, times.p99, roof),
        most_y=_y(ladder, times.most, roof),
    )


def _describe(series: LatencySeries, axis: Axis, columns: dict[int, Quantiles], ladder: _Ladder) -> str:
    times = series.times
    worst = max(sorted(columns), key=lambda column: columns[column].p95)
    slow, begun = columns[worst], axis.stamp(axis.opens(worst))
    whole = (
        f"{plural(times.count, 'request')}: half within {microseconds(times.p50)}, 95 % within "
        f"{microseconds(times.p95)}, 99 % within {microseconds(times.p99)}, the longest {microseconds(times.most)}."
    )
    at_worst = (
        f"Slowest {axis.step} by its p95: {microseconds(slow.p95)} at {begun} UTC ({plural(slow.count, 'request')})."
    )
    said = [whole, at_worst]
    if series.timed_out:
        said.append(f"{plural(series.timed_out, 'request')} timed out.")
    if series.untimed:
        said.append(f"{number(series.untimed)} more have no duration.")
    if len(columns) < sum(bucket.times is not None for bucket in series.buckets):
        said.append("Where a column holds several intervals, it shows the longest of each quantile.")
    said.append("The scale is logarithmic." if ladder.is_log else "The scale begins at 0.")
    return " ".join(said)


def _table(title: str, axis: Axis, columns: dict[int, Quantiles], lost: dict[int, int]) -> Table:
    rows = []
    for column in sorted({*columns, *lost}):
        times = columns.get(column)
        values = (times.p50, times.p95, times.p99, times.most) if times else ()
        told = [microseconds(value) for value in values] or ["none"] * 4
        rows.append(
            (axis.stamp(axis.opens(column)), number(times.count if times else 0), *told, number(lost.get(column, 0)))
        )
    head = (f"{axis.step} from (UTC)", "Requests", "p50", "p95", "p99", "Longest", "Timed out")
    return Table(title, head, tuple(rows), left_out(axis, len(rows)))
