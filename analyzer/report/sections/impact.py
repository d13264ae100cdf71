"""What happened in one incident and to whom: counts, clients, endpoints, deciding lines, what came before."""

from __future__ import annotations

from datetime import timedelta

from analyzer.model import Incident, comparison
from analyzer.report import durations
from analyzer.report.cards import facts
from analyzer.report.charts import sides
from analyzer.report.charts._axis import Scale
from analyzer.report.charts.timeline import Band, Count, draw
from analyzer.report.json import MOST_IDS
from analyzer.report.material import Material
from analyzer.report.sections._section import IncidentSection
from analyzer.report.view.charts import TimelineChart
from analyzer.report.view.pieces import Fact, Listing, Table
from analyzer.report.view.sections import ImpactView
from analyzer.report.view.sides import SidesChart
from analyzer.wording import phrases
from analyzer.wording.words import number, series

_COLUMNS = 48


def build(material: Material, incident: Incident) -> ImpactView:
    """Gives all that was counted, and the lines that decide."""
    return ImpactView(
        facts=(*facts(material, incident), *_more(material, incident)),
        chart=_chart(material, incident),
        sides=_sides(material, incident),
        durations=durations.table(material, incident),
        clients=_clients(material, incident),
        endpoints=material.labels(incident.endpoints),
        errors=material.labels(incident.errors),
        ids=_ids(material, incident),
        decisive=material.claims(incident.root_evidence),
        compared=tuple(material.claim(item) for item in comparison(incident.separating)),
        preceding=material.claim(incident.preceding) if incident.preceding else None,
        working=material.claim(incident.counter_example) if incident.counter_example else None,
    )


def _ids(material: Material, incident: Incident) -> Listing[str]:
    known = incident.correlation_ids
    shown = [material.label(value) for value in known[: material.limits.ids]]
    total = max(incident.correlation_id_count, len(known))
    rest = f"the first {number(min(len(known), MOST_IDS))} are in findings.json"
    return material.listing(shown, len(shown), rest, total=total)


def _more(material: Material, incident: Incident) -> tuple[Fact, ...]:
    found = [
        Fact("Pattern", phrases.pattern(incident), ""),
        Fact("Against usual", phrases.ratio(incident), ""),
        Fact("Chance", phrases.chance(incident), ""),
    ]
    if incident.separating:
        value = incident.separating
        named = f"{material.label(value.attribute)} = {material.label(value.value)}"
        text = f"{named}, {phrases.separating(value)}{phrases.alike(value, material.label)}"
        found.append(Fact(phrases.sharers(value), text, ""))
    found.append(Fact("What they share", phrases.not_separated(incident), ""))
    found.append(durations.fact(material, incident))
    titles = {signal.rule: signal.title for signal in material.analysis.findings.signals}
    rules = [material.label(titles.get(rule, rule)) for rule in incident.rules]
    found.append(Fact("Rules", series(rules, material.limits.items, between="; "), ""))
    return tuple(fact for fact in found if fact.text)


def _sides(material: Material, incident: Incident) -> SidesChart | None:
    known = material.analysis.sides.get(incident.id)
    rank = material.numbers[incident.id]
    return sides.draw(f"incident-{rank}-sides", known, material.label) if known else None


def _clients(material: Material, incident: Incident) -> Table | None:
    top = incident.clients.top
    if not top:
        return None
    shown = top[: material.limits.items]
    findings = material.analysis.findings
    rows = tuple(
        (material.label(phrases.identified(item, findings)), number(item.failed), _requests(item.requests))
        for item in shown
    )
    note = ""
    if len(shown) < max(incident.clients.affected, len(top)):
        about = phrases.roughly(incident.clients, "affected")
        note = (
            f"The {number(len(shown))} with most failures of {about}{number(max(incident.clients.affected, len(top)))}."
        )
    if len(shown) < len(top):
        note += material.words(f" {number(len(top))} are in findings.json.")
    return Table("Affected clients", ("Client", "Failed", "Requests"), rows, note)


def _requests(count: int | None) -> str:
    return "not known" if count is None else number(count)


def _chart(material: Material, incident: Incident) -> TimelineChart | None:
    rank = material.numbers[incident.id]
    if rank > material.limits.charts:
        return None
    return draw(
        f"incident-{rank}-chart",
        "Requests to these endpoints and failures among them",
        [Count(bucket.start, bucket.requests, bucket.failed) for bucket in incident.buckets],
        [Band(incident.started, incident.ended, "failures ")],
        Scale(timedelta(seconds=material.analysis.bucket_seconds), min(material.limits.columns, _COLUMNS)),
    )


SECTION = IncidentSection("What happened", after="timeline", build=build)
