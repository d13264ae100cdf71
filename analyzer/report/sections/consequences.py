"""What began an incident that spread, and what followed from it, in order."""

from __future__ import annotations

from analyzer.model import Evidence, Incident
from analyzer.report.material import Material
from analyzer.report.sections._section import IncidentSection
from analyzer.report.view.sections import CourseStep, CourseView
from analyzer.wording import phrases


def build(material: Material, incident: Incident) -> CourseView | None:
    """Gives the root and its consequences, or None where nothing followed."""
    stages = [
        CourseStep(material.moment(step.started), material.claim(Evidence(phrases.step(step), step.ref)))
        for step in incident.course
    ]
    if not stages:
        return None
    return CourseView(material.listing(stages, material.limits.items, "all in findings.json"))


SECTION = IncidentSection("What began it and what followed", after="impact", build=build)
