"""An incident in short: what stands on its card, at the head of its article and on the first screen."""

from __future__ import annotations

from analyzer.model import Incident
from analyzer.report.material import Material
from analyzer.report.view.pieces import Card, Fact
from analyzer.wording import phrases
from analyzer.wording.words import sentence, series
from analyzer.wording.zones import local_span

_ERRORS = 3


def card(material: Material, incident: Incident) -> Card:
    """Gives the card of an incident."""
    rank = material.numbers[incident.id]
    return Card(
        anchor=f"#incident-{rank}" if rank <= material.limits.incidents else "#incidents",
        rank=f"{rank} of {len(material.analysis.findings.incidents):,}",
        severity=incident.severity,
        title=material.label(incident.title),
        layer=sentence(phrases.layer_name(incident)),
        confidence=phrases.confidence(incident),
        facts=facts(material, incident),
    )


def facts(material: Material, incident: Incident) -> tuple[Fact, ...]:
    """Gives when, for whom, what was answered, how much failed."""
    analysis = material.analysis
    after = phrases.aftermath(incident, analysis.findings, analysis.bucket_seconds)
    errors = series([material.label(error) for error in incident.errors], _ERRORS, between="; ")
    there = local_span(incident.started, incident.ended, analysis.zone)
    return (
        Fact("When", phrases.when(incident) + (f"; {after}" if after else ""), ""),
        *((Fact("Local time", there, ""),) if there else ()),
        Fact("For whom", phrases.whom_by_name(incident, analysis.findings, material.label), ""),
        Fact("Status", phrases.statuses(incident), errors),
        Fact("How much", phrases.share(incident), ""),
    )
