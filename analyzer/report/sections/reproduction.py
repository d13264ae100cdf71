"""How to see one incident again."""

from __future__ import annotations

from analyzer.model import Incident
from analyzer.report.material import Material
from analyzer.report.sections._section import IncidentSection
from analyzer.report.view.pieces import Fact
from analyzer.report.view.sections import ReproductionView
from analyzer.wording.reproducing import expected, variables
from analyzer.wording.short_names import shortened


def build(material: Material, incident: Incident) -> ReproductionView | None:
    """Gives the command and the steps, or None if there are none."""
    reproduction = incident.reproduction
    if reproduction is None:
        return None
    told = shortened(reproduction.steps[: material.limits.items], material.analysis)
    steps = [material.text(step) for step in told]
    return ReproductionView(
        id=f"incident-{material.numbers[incident.id]}-curl",
        curl=material.text(reproduction.curl),
        steps=material.listing(steps, len(steps), "all in findings.json", total=len(reproduction.steps)),
        variables=tuple(Fact(f"${name}", meaning, "") for name, meaning in variables(reproduction.curl)),
        expected=expected(incident),
        working=material.claim(incident.counter_example) if incident.counter_example else None,
    )


SECTION = IncidentSection("Reproduction", after="next_steps", build=build)
