"""What the chart templates may read: places in per cent and pixels, labels, and the same numbers as a table."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.view.pieces import Table


@dataclass(frozen=True, slots=True)
class Tick:
    """x: place in per cent; align: start, middle or end; text: the label; wide: shown only where there is room."""

    x: str
    align: str
    text: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """x, y, width, height: a rectangle, x and width in per cent, the others in pixels; kind: its class."""

    x: str
    y: str
    width: str
    height: str
    kind: str


@dataclass(frozen=True, slots=True)
class Lane:
    """An incident's time: x, end: its first and its last failure in per cent; width; y: of its lane in pixels; text."""

    x: str
    end: str
    width: str
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class TimelineChart:
    """Requests and failures over time.

    id, title, description: for readers who see no picture; height: pixels; floor: pixels of the base line;
    shapes: bars; lanes: incidents; top: what the highest bar means; ticks: the time axis; table: the same as numbers.
    """

    id: str
    title: str
    description: str
    height: int
    floor: int
    shapes: tuple[Shape, ...]
    lanes: tuple[Lane, ...]
    top: str
    ticks: tuple[Tick, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class HeatRow:
    """y: top in pixels; label: the status class; total: its requests in words; cells: rectangles of four levels."""

    y: int
    label: str
    total: str
    cells: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class HeatChart:
    """Share of each status class over time: id, title, description, height, bands (rows), ticks, table."""

    id: str
    title: str
    description: str
    height: int
    bands: tuple[HeatRow, ...]
    ticks: tuple[Tick, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Rung:
    """y: middle in pixels; layer: its word; verdict: cause, suspected, ruled_out or not_visible; word: the same."""

    y: int
    layer: str
    verdict: str
    word: str


@dataclass(frozen=True, slots=True)
class LadderChart:
    """The ten layers from the browser to the backend: id, title, description, height, rungs, table."""

    id: str
    title: str
    description: str
    height: int
    rungs: tuple[Rung, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Stop:
    """y: top in pixels; label: the hop; text: its status and duration; x, width: its bar in per cent; kind: class."""

    y: int
    label: str
    text: str
    x: str
    width: str
    kind: str


@dataclass(frozen=True, slots=True)
class HopStop:
    """One hop: y, label, text, x, kind as in a stop; width: empty where it has no duration; moved: its clock, or empty.

    middle: of the bar, or of the mark that stands in its place.
    """

    y: int
    label: str
    text: str
    x: str
    width: str
    middle: str
    kind: str
    moved: str


@dataclass(frozen=True, slots=True)
class WaterfallChart:
    """One request from hop to hop on one time axis: id, title, description, height, stops, ticks, table."""

    id: str
    title: str
    description: str
    height: int
    stops: tuple[HopStop, ...]
    ticks: tuple[Tick, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class SpentChart:
    """Where the time of one request went, part after part: id, title, description, height, stops, ticks, table."""

    id: str
    title: str
    description: str
    height: int
    stops: tuple[Stop, ...]
    ticks: tuple[Tick, ...]
    table: Table
