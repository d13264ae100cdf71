"""What the latency section and its chart may read."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.view.charts import Lane, Shape, Tick
from analyzer.report.view.pieces import Claim, Table


@dataclass(frozen=True, slots=True)
class LatencyColumn:
    """Durations of one interval: x, breadth, middle in per cent; the others are heights in pixels from the top.

    box, box_height: from p50 to p95; p50_y: the line in it; p99_y: where the stem ends; most_y: the longest.
    """

    x: str
    breadth: str
    middle: str
    box: str
    box_height: str
    p50_y: str
    p99_y: str
    most_y: str


@dataclass(frozen=True, slots=True)
class Rule:
    """y: a line of the scale in pixels; text: its duration."""

    y: str
    text: str


@dataclass(frozen=True, slots=True)
class LatencyChart:
    """Quantiles of durations over time, as one kind of source counted them.

    id, title, description: for readers who see no picture; height: pixels; roof, floor: of the plot in pixels; scale:
    its lines; lanes: times of incidents; columns: the quantiles; lost: marks of timeouts; lost_text: how many they
    are, or empty; ticks: the time axis; table: the same as numbers.
    """

    id: str
    title: str
    description: str
    height: int
    roof: int
    floor: int
    scale: tuple[Rule, ...]
    lanes: tuple[Lane, ...]
    columns: tuple[LatencyColumn, ...]
    lost: tuple[Shape, ...]
    lost_text: str
    ticks: tuple[Tick, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class LatencyView:
    """charts: one per kind of source that counts durations; slowest: the longest of each; method: how it was counted.

    empty: why there is none, or empty.
    """

    charts: tuple[LatencyChart, ...]
    slowest: tuple[Claim, ...]
    method: tuple[str, ...]
    empty: str
