"""Puts the sections together: those of the whole report, and between them the articles of the incidents."""

from __future__ import annotations

from itertools import groupby

from analyzer.model import Incident
from analyzer.report.cards import card
from analyzer.report.material import Material
from analyzer.report.sections._section import IncidentSection, Section, ordered
from analyzer.report.view.page import Article, IncidentsView, PageView, Part
from analyzer.report.view.pieces import Table
from analyzer.wording import phrases
from analyzer.wording.words import number, plural, series, span

_NAMES = 3


def build(material: Material, policy: str) -> PageView:
    """Gives the page; sections that have nothing to say are left out."""
    parts: list[Part] = []
    for of_incident, group in groupby(ordered().items(), key=lambda item: isinstance(item[1], IncidentSection)):
        sections = dict(group)
        parts += _incidents(material, sections) if of_incident else _plain(material, sections)
    findings = material.analysis.findings
    events = sum(source.events for source in findings.sources)
    return PageView(
        title=_title(material),
        inputs=_inputs(material),
        window=span(findings.start, findings.end) if findings.start and findings.end else "no times",
        scale=f"{plural(events, 'event')} from {plural(len(findings.sources), 'source')}",
        parts=tuple(parts),
        policy=policy,
        tool=material.label(f"{findings.tool.name} {findings.tool.version}"),
    )


def _title(material: Material) -> str:
    findings = material.analysis.findings
    serious = phrases.serious(findings)
    return material.label(serious[0].title if serious else phrases.headline_of_none(findings))


def _inputs(material: Material) -> str:
    sources = material.analysis.findings.sources
    names = [material.source(source.name) for source in sources]
    listed = series(names, _NAMES) or "nothing"
    return f"{listed} in {material.label(material.folder)}" if material.folder else listed


def _plain(material: Material, sections: dict[str, Section | IncidentSection]) -> list[Part]:
    parts = []
    for name, section in sections.items():
        if isinstance(section, Section) and (view := section.build(material)) is not None:
            parts.append(Part(_id(name), section.title, f"sections/{name}.html.j2", view))
    return parts


def _incidents(material: Material, sections: dict[str, Section | IncidentSection]) -> list[Part]:
    if not material.incidents:
        return []
    every = material.analysis.findings.incidents
    cut = len(every) - len(material.incidents)
    shown = number(len(material.incidents))
    view = IncidentsView(
        articles=tuple(_article(material, incident, sections) for incident in material.incidents),
        rest=_rest(material, every[len(material.incidents) :]),
        note=material.words(f"First {shown} of {number(len(every))} in full; all in findings.json.") if cut else "",
    )
    return [Part("incidents", "Incidents", "incidents.html.j2", view)]


def _article(material: Material, incident: Incident, sections: dict[str, Section | IncidentSection]) -> Article:
    rank = material.numbers[incident.id]
    parts = []
    for name, section in sections.items():
        if isinstance(section, IncidentSection) and (view := section.build(material, incident)) is not None:
            parts.append(Part(f"incident-{rank}-{_id(name)}", section.title, f"sections/{name}.html.j2", view))
    return Article(card(material, incident), tuple(parts))


def _rest(material: Material, incidents: tuple[Incident, ...]) -> Table | None:
    if not incidents:
        return None
    shown = incidents[: material.limits.listed]
    rows = tuple(
        (
            number(material.numbers[incident.id]),
            incident.severity,
            material.label(incident.title),
            phrases.layer_name(incident),
            phrases.when(incident),
        )
        for incident in shown
    )
    cut = len(incidents) - len(shown)
    note = material.words(f"{plural(cut, 'incident')} not listed here; all in findings.json.") if cut else ""
    return Table("Further incidents", ("Number", "Severity", "What", "Layer", "When"), rows, note)


def _id(name: str) -> str:
    return name.replace("_", "-")
