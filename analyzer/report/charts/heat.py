"""A strip per status class: how large its share of the requests was, over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from analyzer.model import StatusMinute
from analyzer.report.charts._axis import Axis, Scale, lay, left_out, place
from analyzer.report.view.charts import HeatChart, HeatRow, Shape
from analyzer.report.view.pieces import Table
from analyzer.wording.words import either, number, percent, plural

_NAMES = {2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx", 0: "no status"}
_ROW = 40
_TOP = 18  # the label stands above the strip
_CELL = 16
# A class that had at least this share of an interval's requests is drawn at this level.
_LEVELS = ((0.5, 4), (0.1, 3), (0.01, 2), (0.0, 1))

Counts = dict[int, Counter[int]]


def draw(minutes: Sequence[StatusMinute], scale: Scale) -> HeatChart | None:
    """Gives the strips, or None if no request was counted; a cell is darker and higher the larger the share."""
    axis = lay((minute.start for minute in minutes), scale)
    if axis is None:
        return None
    counts: Counts = {name: Counter() for name in _NAMES}
    for minute in minutes:
        counts[minute.status_class if minute.status_class in _NAMES else 0][axis.column(minute.start)] += minute.count
    totals = Counter({column: sum(row[column] for row in counts.values()) for column in range(axis.columns)})
    seen = [name for name in _NAMES if counts[name].total()]
    return HeatChart(
        id="heat",
        title="Status classes over time",
        description=_describe(axis, counts, totals),
        height=_ROW * len(seen) + 20,
        bands=tuple(_row(axis, index, name, counts[name], totals) for index, name in enumerate(seen)),
        ticks=axis.ticks(),
        table=_table(axis, counts),
    )


def _row(axis: Axis, index: int, name: int, counts: Counter[int], totals: Counter[int]) -> HeatRow:
    top = _ROW * index
    cells = []
    for column, count in sorted(counts.items()):
        if count > 0:
            level = next(level for least, level in _LEVELS if count / totals[column] >= least)
            height = _CELL * level / 4
            kind = f"status-{name} level-{level}"
            cells.append(
                Shape(axis.left(column), place(top + _TOP + _CELL - height), axis.breadth(), place(height), kind)
            )
    return HeatRow(top, _NAMES[name], plural(counts.total(), "request"), tuple(cells))


def _describe(axis: Axis, counts: Counts, totals: Counter[int]) -> str:
    parts = []
    for name, row in counts.items():
        if row.total():
            worst = max(sorted(row), key=lambda column: row[column] / (totals[column] or 1))
            share = percent(row[worst] / (totals[worst] or 1))
            parts.append(f"{_NAMES[name]} {number(row.total())}, at most {share} at {axis.stamp(axis.opens(worst))}")
    none = [_NAMES[name] for name, row in counts.items() if not row.total()]
    absent = f" None with {either(none)}." if none else ""
    return f"{plural(totals.total(), 'request')} by status class, per {axis.step}: {'; '.join(parts)}.{absent}"


def _table(axis: Axis, counts: Counts) -> Table:
    used = [column for column in range(axis.columns) if any(row[column] for row in counts.values())]
    rows = tuple(
        (axis.stamp(axis.opens(column)), *(number(counts[name][column]) for name in _NAMES)) for column in used
    )
    head = (f"{axis.step} from (UTC)", *_NAMES.values())
    return Table("Requests by status class", head, rows, left_out(axis, len(used)))
