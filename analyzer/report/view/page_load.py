"""What the section and the chart of a browser's page may read."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.view.charts import Tick
from analyzer.report.view.pieces import Claim, Place


@dataclass(frozen=True, slots=True)
class PhasePiece:
    """x, width: a piece of a request's time in per cent; kind: the phase, which is its class."""

    x: str
    width: str
    kind: str


@dataclass(frozen=True, slots=True)
class PhaseName:
    """kind: a phase that the picture shows; word: its name."""

    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class PageBar:
    """One request in the picture.

    y: top in pixels; short, long: the request for narrow and for wide pictures; brief, full: its outcome likewise;
    state: failed, cancelled, worked or untold; x, width: all of its time in per cent; pieces: its phases.
    """

    y: int
    short: str
    long: str
    brief: str
    full: str
    state: str
    x: str
    width: str
    pieces: tuple[PhasePiece, ...]


@dataclass(frozen=True, slots=True)
class PageMark:
    """A moment of the page.

    x: its place in per cent; align: where its words go; text: which and when; kind: content or loaded; y: the line of
    its words in pixels.
    """

    x: str
    align: str
    text: str
    kind: str
    y: int


@dataclass(frozen=True, slots=True)
class PageLine:
    """One request in the table: place, began, asked, answer, took, parts (its phases), size, sort, why (it is here)."""

    place: Place
    began: str
    asked: str
    answer: str
    took: str
    parts: str
    size: str
    sort: str
    why: str


@dataclass(frozen=True, slots=True)
class PageLoadChart:
    """The requests of a page on one time axis.

    id, title, description: for readers who see no picture; height: pixels; top: where the first bar begins, floor:
    where the last ends; legend: the phases in it; bars: the requests; marks: when it was loaded; pauses: bands of time
    that are drawn short; ticks: the time axis; lines: the same as a table.
    """

    id: str
    title: str
    description: str
    height: int
    top: int
    floor: int
    legend: tuple[PhaseName, ...]
    bars: tuple[PageBar, ...]
    marks: tuple[PageMark, ...]
    pauses: tuple[PhasePiece, ...]
    ticks: tuple[Tick, ...]
    lines: tuple[PageLine, ...]


@dataclass(frozen=True, slots=True)
class PageLoadView:
    """claims: what the page shows, each with its place; chart: the picture, or None; notes: what to know about it."""

    claims: tuple[Claim, ...]
    chart: PageLoadChart | None
    notes: tuple[str, ...]
