"""The way of one failing request of an incident, from hop to hop."""

from __future__ import annotations

from analyzer.model import Evidence, Incident
from analyzer.report.charts.waterfall import draw
from analyzer.report.material import Material
from analyzer.report.sections._section import IncidentSection
from analyzer.report.view import HopsView
from analyzer.report.words import number


def build(material: Material, incident: Incident) -> HopsView | None:
    """Gives the waterfall and the line of each hop, or None if no request could be followed."""
    hops = material.analysis.hops.get(incident.id, ())
    shown = hops[: material.limits.items]
    if not shown:
        return None
    cut = len(hops) > len(shown)
    return HopsView(
        chart=draw(f"incident-{material.numbers[incident.id]}-waterfall", shown, material.label),
        hops=tuple(material.claim(Evidence(f"{hop.name}: {hop.text}", hop.ref)) for hop in shown),
        note=f"First {number(len(shown))} of {number(len(hops))} hops." if cut else "",
    )


SECTION = IncidentSection("One failing request, hop by hop", after="layers", build=build)
