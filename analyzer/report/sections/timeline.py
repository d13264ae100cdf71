"""When: requests and failures over time, status classes, and what began, changed and ended in order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from analyzer.report.bands import bands
from analyzer.report.charts import heat
from analyzer.report.charts._axis import Scale
from analyzer.report.charts.timeline import Count, draw
from analyzer.report.material import Material
from analyzer.report.sections._section import Section
from analyzer.report.view.charts import TimelineChart
from analyzer.report.view.sections import TimelineView, Turn
from analyzer.wording.words import plural, utc

_EMPTY = "No request with a time was counted, so there is nothing to draw."


def build(material: Material) -> TimelineView:
    """Gives both charts and the turns of all incidents that are shown."""
    analysis = material.analysis
    scale = Scale(timedelta(seconds=analysis.bucket_seconds), material.limits.columns)
    chart = _chart(material, scale)
    turns = _turns(material)
    return TimelineView(
        chart=chart,
        heat=heat.draw(analysis.status_minutes, scale),
        empty="" if chart else _EMPTY,
        turns=material.listing(turns, material.limits.rows, "all times are in findings.json"),
    )


def _chart(material: Material, scale: Scale) -> TimelineChart | None:
    analysis = material.analysis
    requests: Counter[datetime] = Counter()
    failed: Counter[datetime] = Counter()
    for minute in analysis.status_minutes:
        requests[utc(minute.start)] += minute.count
    for incident in analysis.findings.incidents:
        for part in incident.buckets:
            failed[utc(part.start)] += part.failed
            if not analysis.status_minutes:
                requests[utc(part.start)] += part.requests
    counts = [Count(start, requests[start], failed[start]) for start in sorted({*requests, *failed})]
    chart = draw("timeline-chart", "Requests and failures over time", counts, bands(material), scale)
    unmarked = len(analysis.findings.incidents) - material.limits.charts
    if chart is None or unmarked <= 0:
        return chart
    return replace(chart, description=f"{chart.description} {plural(unmarked, 'further incident')} not marked here.")


def _turns(material: Material) -> list[Turn]:
    turns = []
    exhibits = {exhibit.ref: exhibit.timestamp for exhibit in material.analysis.exhibits}
    for incident in material.incidents:
        number = material.numbers[incident.id]
        link, label = f"#incident-{number}", f"Incident {number}"
        if incident.preceding:
            claim = material.claim(incident.preceding)
            at = exhibits.get(incident.preceding.ref) if incident.preceding.ref else None
            when = material.moment(at) if at else None
            turns.append(Turn(when, label, f"just before: {claim.text}", claim.place, link))
        begins = f"begins: {material.label(incident.title)}"
        turns.append(Turn(material.moment(incident.started), label, begins, None, link))
        turns.append(Turn(material.moment(incident.ended), label, "last failure ends", None, link))
    turns.sort(
        key=lambda turn: (turn.moment is None, turn.moment.datetime if turn.moment else "", turn.label, turn.text)
    )
    return turns


SECTION = Section("Timeline", after="verdict", build=build)
