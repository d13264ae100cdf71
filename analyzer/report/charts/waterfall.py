"""The way of one failing request: each hop as a bar on one time axis, or as a mark where it has no duration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from analyzer.diagnose._wording import duration
from analyzer.model import Hop
from analyzer.report.charts._axis import Axis, later, place
from analyzer.report.charts._text import NARROWEST, fitted
from analyzer.report.moments import moment
from analyzer.report.view.charts import HopStop, WaterfallChart
from analyzer.report.view.pieces import Table
from analyzer.wording.words import microseconds, plural, utc, where

_ROW, _MOVED = 46, 16
_LARGER = 3  # characters less on a line, as names are of 13 px
_WHOLE = "as written, in whole seconds; drawn at the first finer time of that second"
_RIM = 2.5  # per cent: a mark at the edge stays whole on the narrowest screen


def draw(chart_id: str, hops: Sequence[Hop], name: Callable[[str], str]) -> WaterfallChart:
    """Gives one bar or mark per hop, which must be at least one; name cuts a text that is too long."""
    written, hops = hops, _aligned(hops)
    start = min(utc(hop.at) for hop in hops)
    end = max(later(utc(hop.at), timedelta(microseconds=hop.duration_us or 0)) for hop in hops)
    axis = Axis(start, max(end - start, timedelta(milliseconds=1)), 1)
    return WaterfallChart(
        id=chart_id,
        title="One failing request from hop to hop",
        description=_describe(hops, end - start, name),
        height=_top(hops, len(hops)) + 22,
        stops=tuple(_stop(_top(hops, index), hop, axis) for index, hop in enumerate(hops)),
        ticks=axis.ticks(),
        table=Table(
            "Hops in time order",
            ("Hop", "Start (UTC)", "Correction", "Duration", "Status", "Line"),
            tuple(
                (
                    name(hop.name),
                    moment(hop.at).text,
                    name(hop.clock) or ("as written" if hop.at == drawn.at else _WHOLE),
                    _took(hop),
                    _status(hop),
                    name(where(hop.ref)),
                )
                for hop, drawn in zip(written, hops, strict=True)
            ),
            "",
        ),
    )


def _aligned(hops: Sequence[Hop]) -> tuple[Hop, ...]:
    """Puts hops of logs that write whole seconds where the finer times of the same second begin."""
    fine = sorted(utc(hop.at) for hop in hops if hop.at.microsecond)
    return tuple(hop if hop.at.microsecond else replace(hop, at=_nearest(utc(hop.at), fine)) for hop in hops)


def _nearest(second: datetime, fine: Sequence[datetime]) -> datetime:
    return next((at for at in fine if second <= at < second + timedelta(seconds=1)), second)


def _top(hops: Sequence[Hop], index: int) -> int:
    """Gives where a hop's row begins: those before it whose time was moved have a line more."""
    return _ROW * index + _MOVED * sum(1 for hop in hops[:index] if hop.shifted_us)


def _stop(top: int, hop: Hop, axis: Axis) -> HopStop:
    left = min(axis.percent(hop.at), 99.0)
    until = axis.percent(later(utc(hop.at), timedelta(microseconds=hop.duration_us or 0)))
    gone = hop.status is None and hop.name in ("browser", "edge")
    failed = gone or (hop.status or 0) >= 400 or hop.level in ("error", "critical")
    timed = hop.duration_us is not None
    text = f"{_status(hop)}, {_took(hop)}"
    return HopStop(
        y=top,
        label=fitted(hop.name, NARROWEST - _LARGER - len(text)),
        text=text,
        x=place(left),
        width=place(max(until - left, 0.6)) if timed else "",
        middle=place(min(max(axis.percent(hop.at), _RIM), 100 - _RIM)),
        kind="failed" if failed else "worked",
        moved=f"time corrected: {_shift(hop)}" if hop.shifted_us else "",
    )


def _describe(hops: Sequence[Hop], whole: timedelta, name: Callable[[str], str]) -> str:
    told = "; ".join(f"{name(hop.name)}: {_status(hop)}, {_took(hop)}" for hop in hops)
    moved = [f"The time of {name(hop.name)} was corrected: {name(hop.clock)}." for hop in hops if hop.shifted_us]
    return " ".join((f"{plural(len(hops), 'hop')} in {duration(whole)}. {told}.", *moved))


def _shift(hop: Hop) -> str:
    return f"moved by {hop.shifted_us / 1_000_000:+,.1f} s"


def _status(hop: Hop) -> str:
    return "no status" if hop.status is None else str(hop.status)


def _took(hop: Hop) -> str:
    return "no duration" if hop.duration_us is None else microseconds(hop.duration_us)
