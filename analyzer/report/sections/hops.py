"""The way of one failing request of an incident, from hop to hop."""

from __future__ import annotations

from analyzer.model import Incident
from analyzer.report.charts.waterfall import draw
from analyzer.report.material import Material
from analyzer.report.sections._section import IncidentSection
from analyzer.report.stages import Cutter, spent, stages
from analyzer.report.view.sections import HopsView
from analyzer.wording.words import number


def build(material: Material, incident: Incident) -> HopsView | None:
    """Gives the hops on one axis, where the time went, and the line of each hop; None if no request was followed."""
    hops = material.analysis.hops.get(incident.id, ())
    shown = hops[: material.limits.items]
    if not shown:
        return None
    cut = len(hops) > len(shown)
    ids = dict.fromkeys(value for hop in hops for kind, value in hop.ids if kind != "span_id")
    rank = material.numbers[incident.id]
    cutter = Cutter(material.text, material.label, material.cut_lines, material.place, material.analysis.zone)
    return HopsView(
        chart=draw(f"incident-{rank}-waterfall", shown, material.label),
        spent=spent(f"incident-{rank}-spent", hops, cutter),
        hops=stages(shown, cutter),
        note=f"First {number(len(shown))} of {number(len(hops))} hops." if cut else "",
        ids=material.labels(tuple(ids)),
    )


SECTION = IncidentSection("One failing request, hop by hop", after="layers", build=build)
