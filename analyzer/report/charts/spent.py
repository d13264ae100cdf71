"""Where the time of one request went: its parts one after the other, each as a bar on the axis of the whole."""

from __future__ import annotations

from collections.abc import Callable

from analyzer.diagnose.breakdown import Breakdown, Share
from analyzer.report.charts._axis import place
from analyzer.report.view.charts import SpentChart, Stop, Tick
from analyzer.report.view.pieces import Table
from analyzer.wording.words import microseconds, percent, where

_ROW = 38
# A name in a picture cannot wrap; the table under it has the whole.
_NAME = 28
_KINDS = {"application": "upstream"}


def draw(chart_id: str, spent: Breakdown, name: Callable[[str], str]) -> SpentChart:
    """Gives one bar per part; name cuts a text that is too long."""
    whole = max(spent.total_us, 1)
    stops = []
    begun = 0
    for index, share in enumerate(spent.shares):
        stops.append(_stop(index, share, begun / whole * 100, whole))
        begun += share.duration_us
    title = f"Where the time went: {microseconds(spent.total_us)}"
    rows = tuple(
        (name(share.text), microseconds(share.duration_us), percent(share.duration_us / whole), name(_told(share)))
        for share in spent.shares
    )
    told = "; ".join(f"{name(share.text)}: {microseconds(share.duration_us)}" for share in spent.shares)
    return SpentChart(
        id=chart_id,
        title=title,
        description=f"The whole as {name(where(spent.told_by))} counted it. {told}.",
        height=_ROW * len(stops) + 22,
        stops=tuple(stops),
        ticks=(Tick(place(0), "start", "0"), Tick(place(100), "end", microseconds(spent.total_us))),
        table=Table("Parts of the time", ("Part", "Time", "Share", "Told by"), rows, ""),
    )


def _stop(index: int, share: Share, left: float, whole: int) -> Stop:
    width = share.duration_us / whole * 100
    return Stop(
        y=_ROW * index,
        label=_label(share.text),
        text=f"{microseconds(share.duration_us)}, {percent(share.duration_us / whole)}",
        x=place(min(left, 99.4)),
        width=place(max(min(width, 100 - min(left, 99.4)), 0.6)),
        kind=_KINDS.get(share.place, share.place),
    )


def _label(text: str) -> str:
    first = text.partition(":")[0].partition(",")[0] if len(text) > _NAME else text
    return first if len(first) <= _NAME else f"{first[: _NAME - 1]}…"


def _told(share: Share) -> str:
    return where(share.ref) if share.ref else "no source"
