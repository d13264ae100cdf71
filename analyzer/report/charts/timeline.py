"""Requests and failures over time, with the time of each incident as a band and a lane."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analyzer.report.charts._axis import Axis, Scale, lay, left_out, place
from analyzer.report.view.charts import Lane, Shape, TimelineChart
from analyzer.report.view.pieces import Table
from analyzer.wording.words import clock, iso, number, plural

_FLOOR = 120
_TALLEST = 96
_LANE = 34


@dataclass(frozen=True, slots=True)
class Band:
    """An incident's time, and the words before its first and last failure."""

    start: datetime
    end: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Count:
    """Requests and failures that began in one bucket."""

    start: datetime
    requests: int
    failed: int


def draw(
    chart_id: str, title: str, counts: Sequence[Count], bands: Sequence[Band], scale: Scale
) -> TimelineChart | None:
    """Gives bars of requests with failures in them, or None if there is nothing to count."""
    axis = lay((count.start for count in counts), scale)
    if axis is None:
        return None
    failed: Counter[int] = Counter()
    requests: Counter[int] = Counter()
    for count in counts:
        requests[axis.column(count.start)] += count.requests
        failed[axis.column(count.start)] += count.failed
    # Failures may be counted in more than one incident; a bar never shows more of them than there were requests.
    tall = {column: max(requests[column], failed[column]) for column in requests}
    most = max(tall.values(), default=0)
    return TimelineChart(
        id=chart_id,
        title=title,
        description=_describe(axis, requests, failed, most),
        height=_FLOOR + 22 + _LANE * len(bands),
        floor=_FLOOR,
        shapes=_bars(axis, tall, most, "requests") + _bars(axis, failed, most, "failed"),
        lanes=lanes(axis, bands),
        top=f"highest bar: {plural(most, 'request')} per {axis.step}",
        ticks=axis.ticks(),
        table=_table(axis, title, requests, failed),
    )


def _bars(axis: Axis, values: Counter[int] | dict[int, int], most: int, kind: str) -> tuple[Shape, ...]:
    shapes = []
    for column, value in sorted(values.items()):
        if value > 0:
            height = max(_TALLEST * value / most, 2.0)
            shapes.append(Shape(axis.left(column), place(_FLOOR - height), axis.breadth(), place(height), kind))
    return tuple(shapes)


def lanes(axis: Axis, bands: Sequence[Band]) -> tuple[Lane, ...]:
    """Gives a lane of its own to each incident, its words above its bar, so that none hides another's."""
    found = []
    for index, band in enumerate(bands):
        left, right = axis.percent(band.start), axis.percent(band.end)
        found.append(
            Lane(
                x=place(left),
                end=place(right),
                width=place(max(right - left, 0.3)),
                y=_FLOOR + 22 + _LANE * index,
                text=f"{band.text}{_from_to(axis, band)}",
            )
        )
    return tuple(found)


def _from_to(axis: Axis, band: Band) -> str:
    """Gives the times of the first and of the last failure: to the second, where the picture is of one day."""
    if axis.width * axis.columns <= timedelta(days=1):
        times = dict.fromkeys((clock(band.start), clock(band.end)))  # one where both lie in one second
        return "\u2013".join(times) + " UTC"
    begin, end = (f"{iso(time)[5:10]} {iso(time)[11:16]}" for time in (band.start, band.end))
    if begin == end:
        return f"{begin} UTC"
    if begin[:5] == end[:5]:
        return f"{begin}\u2013{end[6:]} UTC"
    return f"{begin} \u2013 {end} UTC"


def _describe(axis: Axis, requests: Counter[int], failed: Counter[int], most: int) -> str:
    begin, end = axis.stamp(axis.start), axis.stamp(axis.end)
    text = f"{plural(requests.total(), 'request')} from {begin} to {end} UTC, at most {number(most)} per {axis.step}."
    bad = sorted(column for column, value in failed.items() if value)
    if not bad:
        return f"{text} None of them failed in an incident."
    first, last = axis.stamp(axis.opens(bad[0])), axis.stamp(axis.opens(bad[-1] + 1))
    return f"{text} Failures of incidents: {number(failed.total())}, in the bars from {first} to {last}."


def _table(axis: Axis, title: str, requests: Counter[int], failed: Counter[int]) -> Table:
    used = [column for column in range(axis.columns) if requests[column] or failed[column]]
    rows = tuple((axis.stamp(axis.opens(column)), number(requests[column]), number(failed[column])) for column in used)
    head = (f"{axis.step} from (UTC)", "Requests", "Failed in incidents")
    return Table(title, head, rows, left_out(axis, len(used)))
