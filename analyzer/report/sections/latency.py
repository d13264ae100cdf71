"""How long requests took, over the whole window: one picture for each kind of source that counts durations."""

from __future__ import annotations

from datetime import timedelta

from analyzer.model import Evidence
from analyzer.report.bands import bands
from analyzer.report.charts._axis import Scale, lay
from analyzer.report.charts.latency import draw
from analyzer.report.material import Material
from analyzer.report.sections._section import Section
from analyzer.report.view.latency import LatencyView
from analyzer.wording import phrases
from analyzer.wording.words import plural

_EMPTY = "No source says how long a request took, so there are no quantiles."
_RANK = (
    "Quantiles are by nearest rank: each is a duration that a source wrote, none is interpolated. "
    "Of fewer than 100 requests p99 is the longest."
)
_APART = (
    "What different kinds of source counted is never put into one quantile: a browser's time holds its waiting and the "
    "network, an edge's all that is behind it."
)


def build(material: Material) -> LatencyView | None:
    """Gives the pictures, or the sentence that there is nothing to draw; None where no request was counted."""
    analysis = material.analysis
    latency = analysis.latency
    counted = [minute.start for minute in analysis.status_minutes]
    if not counted:
        return None
    starts = counted + [bucket.start for series in latency.series for bucket in series.buckets]
    axis = lay(starts, Scale(timedelta(seconds=analysis.bucket_seconds), material.limits.columns))
    if axis is None or not latency.series:
        return LatencyView((), (), (), _EMPTY)
    method = [_RANK]
    if len(latency.series) > 1:
        method.append(_APART)
    if latency.held_open:
        held = plural(latency.held_open, "upgraded connection or tunnel", "upgraded connections or tunnels")
        method.append(f"Left out: {held}, open as long as used.")
    return LatencyView(
        charts=tuple(draw(f"latency-{each.teller}", each, axis, bands(material)) for each in latency.series),
        slowest=tuple(material.claim(Evidence(phrases.slowest(each), each.slowest)) for each in latency.series),
        method=tuple(method),
        empty="",
    )


SECTION = Section("Latency", after="reproduction", build=build)
