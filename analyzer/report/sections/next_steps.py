"""What to do next about one incident, and who is likely to own it."""

from __future__ import annotations

from analyzer.model import Incident
from analyzer.report.material import Material
from analyzer.report.sections._section import IncidentSection
from analyzer.report.view.sections import StepsView


def build(material: Material, incident: Incident) -> StepsView | None:
    """Gives the steps, or None if there are neither steps nor an owner."""
    if not incident.next_steps and not incident.owner_hint:
        return None
    return StepsView(material.steps(incident.next_steps), material.text(incident.owner_hint or ""))


SECTION = IncidentSection("Next steps", after="page_load", build=build)
