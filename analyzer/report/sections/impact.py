"""What happened in one incident and to whom: counts, clients, endpoints, deciding lines, what came before."""

from __future__ import annotations

from datetime import timedelta

from analyzer.model import Incident
from analyzer.report import phrases
from analyzer.report.cards import facts
from analyzer.report.charts.timeline import Band, Count, draw
from analyzer.report.material import Material
from analyzer.report.sections._section import IncidentSection
from analyzer.report.view import Fact, ImpactView, Table, TimelineChart
from analyzer.report.words import number

_COLUMNS = 48


def build(material: Material, incident: Incident) -> ImpactView:
    """Gives all that was counted, and the lines that decide."""
    counted = max(incident.correlation_id_count, len(incident.correlation_ids))
    return ImpactView(
        facts=(*facts(material, incident), *_more(material, incident)),
        chart=_chart(material, incident),
        clients=_clients(material, incident),
        endpoints=material.labels(incident.endpoints),
        errors=material.labels(incident.errors),
        ids=material.labels(incident.correlation_ids, material.limits.ids, total=counted),
        decisive=material.claims(incident.root_evidence),
        preceding=material.claim(incident.preceding) if incident.preceding else None,
        working=material.claim(incident.counter_example) if incident.counter_example else None,
    )


def _more(material: Material, incident: Incident) -> tuple[Fact, ...]:
    found = [
        Fact("Pattern", phrases.pattern(incident), ""),
        Fact("Against usual", phrases.ratio(incident), ""),
        Fact("Chance", phrases.chance(incident), ""),
    ]
    if incident.separating:
        value = incident.separating
        named = f"{material.label(value.attribute)} = {material.label(value.value)}"
        found.append(Fact("What they share", phrases.separating(value), named))
    rules = material.labels(incident.rules)
    more = f"; {rules.note}" if rules.note else ""
    found.append(Fact("Rules", ", ".join(rules.items) + more, ""))
    return tuple(fact for fact in found if fact.text)


def _clients(material: Material, incident: Incident) -> Table | None:
    top = incident.clients.top
    if not top:
        return None
    shown = top[: material.limits.items]
    rows = tuple((material.label(item.client), number(item.failed), number(item.requests)) for item in shown)
    note = ""
    if len(shown) < incident.clients.affected:
        note = f"First {number(len(shown))} of {number(incident.clients.affected)}; more in findings.json."
    return Table("Affected clients", ("Client", "Failed", "Requests"), rows, note)


def _chart(material: Material, incident: Incident) -> TimelineChart | None:
    rank = material.numbers[incident.id]
    if rank > material.limits.charts:
        return None
    return draw(
        f"incident-{rank}-chart",
        "Requests to these endpoints and failures among them",
        [Count(bucket.start, bucket.requests, bucket.failed) for bucket in incident.buckets],
        [Band(incident.started, incident.ended, "")],
        bucket=timedelta(seconds=material.analysis.bucket_seconds),
        columns=min(material.limits.columns, _COLUMNS),
    )


SECTION = IncidentSection("What happened", after="timeline", build=build)
