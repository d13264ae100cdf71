"""Puts the sources whose lines carry no zone onto the axis of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from analyzer.diagnose.zones import ZoneShift, apply_shifts, find_shifts, sibling_shift
from analyzer.model import SourceReport
from analyzer.pipeline._plan import Run
from analyzer.pipeline._tables import read_columns
from analyzer.pipeline._zone import retold
from analyzer.schema import conform

NEEDED = (
    "timestamp", "stamped_at", "collected_at", "source", "format", "line", "kind", "client_ip", "method", "path",
    "target", "status", "request_id", "trace_id",
)  # fmt: skip


def place_columns(state: Run) -> Run:
    """Does what place_events does, reading only the columns that it takes, and those only where a zone is missing."""
    assert state.reading is not None  # noqa: S101 - read before
    if not state.reading.parts or not any(source.zone_gap for source in state.reading.sources):
        return state
    return place_events(state, conform(pl.concat(read_columns(state.reading, NEEDED))))


def place_events(state: Run, events: pl.DataFrame) -> Run:
    """Finds the zones of rows without one, and says in the reports what was found; the events stay as they are."""
    assert state.reading is not None  # noqa: S101 - read before
    found = _shifts(state.reading.sources, events)
    if not found:
        return state
    shifts = tuple(shift for shift, _ in found.values())
    shifted = events.lazy().select("source", "line", "format", "timestamp", "stamped_at", "collected_at")
    moved = apply_shifts(shifted.filter(pl.col("source").is_in(sorted(found))).collect(), shifts)
    ranges = moved.group_by("source").agg(start=pl.col("timestamp").min(), end=pl.col("timestamp").max())
    bounds = {source: (start, end) for source, start, end in ranges.iter_rows()}
    sources = tuple(
        _corrected(source, *found[source.name], bounds.get(source.name, (source.start, source.end)))
        if source.name in found
        else source
        for source in state.reading.sources
    )
    return replace(state, reading=replace(state.reading, sources=sources), shifts=shifts)


def _shifts(sources: Sequence[SourceReport], events: pl.DataFrame) -> dict[str, tuple[ZoneShift, str]]:
    """Gives for sources without a zone of their own the one that was found, and how it was."""
    gaps = {source.name: source.zone_gap for source in sources if source.zone_gap is not None}
    found = {shift.source: (shift, _how(shift)) for shift in find_shifts(events, gaps)}
    zones = {source.name: source.timezone_from for source in sources}
    for name, gap in gaps.items():
        sibling = sibling_shift(name, zones)
        if name not in found and sibling is not None:
            seconds, other = sibling
            how = "taken from the other lines of the file"
            if other != name:
                how = f"taken from {other}, which lies beside it"
                if _belies(events, name, other, seconds):
                    seconds, how = (
                        0,
                        f"assumed: in the zone of {other}, which lies beside it, it would tell of other hours",
                    )
            found[name] = ZoneShift(name, seconds, 0, gap=gap), how
    return found


def _belies(events: pl.DataFrame, name: str, other: str, seconds: int) -> bool:
    """Tells whether a log overlaps with the one beside it as it is written, and no more once it is moved."""
    spans = events.group_by("source").agg(start=pl.col("timestamp").min(), end=pl.col("timestamp").max())
    known = {source: (start, end) for source, start, end in spans.drop_nulls().iter_rows()}
    if name not in known or other not in known:
        return False
    start, end = known[other]
    mine = [tuple(moment - timedelta(seconds=moved) for moment in known[name]) for moved in (0, seconds)]
    written, moved = (first <= end and last >= start for first, last in mine)
    return written and not moved


def _how(shift: ZoneShift) -> str:
    if shift.by_collector:
        return f"found: the collector's own times of {shift.matches:,} lines show this zone"
    return f"found: {shift.matches:,} lines match records of the same requests in this zone"


def _corrected(
    source: SourceReport, shift: ZoneShift, how: str, bounds: tuple[datetime | None, datetime | None]
) -> SourceReport:
    """Gives the source's report with what was found out about its zone."""
    start, end = bounds
    return replace(source, timezone=shift.zone, timezone_from=retold(source.timezone_from, how), start=start, end=end)
