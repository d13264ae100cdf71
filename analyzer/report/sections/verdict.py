"""The first screen: what broke, which layer, since when, for whom, how sure, and what to do next."""

from __future__ import annotations

from analyzer.model import Evidence, Exhibit, Incident, Ref
from analyzer.report.cards import card
from analyzer.report.charts import ladder
from analyzer.report.material import Material
from analyzer.report.missing import missing
from analyzer.report.sections._section import Section
from analyzer.report.ticket import ticket
from analyzer.report.view.pieces import Claim, Listing, Run
from analyzer.report.view.sections import Lead, VerdictView
from analyzer.wording import phrases
from analyzer.wording.records import gist
from analyzer.wording.words import GAP_WORDS, SERIOUS, plural, span

_REASONS = 3
_STEPS = 4
_PROBLEMS = 3
_GAPS = 4


def build(material: Material) -> VerdictView:
    """Gives the most important incident in full and the next ones as cards, or says that nothing was found."""
    findings = material.analysis.findings
    first = next(iter(findings.incidents), None)
    lead = _lead(material, first) if first and first.severity in SERIOUS else None
    rest = [item for item in findings.incidents if lead is None or item is not first]
    cards = [card(material, item) for item in rest[: material.limits.items]]
    return VerdictView(
        lead=lead,
        headline=phrases.headline_of_none(findings),
        looked=_looked(material),
        problems=_problems(material),
        unseen=_unseen(material),
        others=material.listing(cards, len(cards), "more under Incidents, all in findings.json", total=len(rest)),
        others_title="Also found" if lead else "Of low importance",
    )


def _lead(material: Material, incident: Incident) -> Lead:
    error, quote = _error(material, incident)
    return Lead(
        card=card(material, incident),
        error=error,
        quote=quote,
        written=_written(material, incident.root_evidence[0].ref) if quote else "",
        reasons=_reasons(material, incident),
        steps=_first_steps(material, incident),
        ladder=ladder.draw("ladder", incident),
        ticket=ticket(incident, material.analysis, limit=material.limits.label),
    )


def _error(material: Material, incident: Incident) -> tuple[Claim | None, str]:
    if not incident.root_evidence:
        return None, ""
    decisive = incident.root_evidence[0]
    line = _line(material.analysis.exhibits, decisive.ref)
    return material.claim(decisive), gist(line, material.limits.label, phrases.about(incident, decisive.text))


def _written(material: Material, ref: Ref | None) -> str:
    """Says in which zone the times of a line stand, where a reader would miss the hours to the times above."""
    source = next((each for each in material.analysis.findings.sources if ref and each.name == ref.source), None)
    if source is None or source.timezone == "UTC":
        return ""
    return f"Times in {material.source(source.name)} are written in {material.label(source.timezone)}."


def _line(exhibits: tuple[Exhibit, ...], ref: Ref | None) -> str:
    return next((exhibit.text for exhibit in exhibits if exhibit.ref == ref), "")


def _reasons(material: Material, incident: Incident) -> Listing[Claim]:
    told = incident.root_evidence[:1]  # stands at the left already
    evidence: list[Evidence] = []
    for item in phrases.verdicts(incident):
        if item.verdict in ("cause", "suspected"):
            evidence.extend(piece for piece in item.evidence if piece not in told)
    return material.claims(evidence, limit=_REASONS, rest="the others under Which layer")


def _first_steps(material: Material, incident: Incident) -> Listing[tuple[Run, ...]]:
    steps = material.steps(incident.next_steps[:_STEPS])
    return material.listing(steps.items, _STEPS, "the others under Next steps", total=len(incident.next_steps))


def _looked(material: Material) -> tuple[str, ...]:
    findings = material.analysis.findings
    events = sum(source.events for source in findings.sources)
    text = f"Read and judged: {plural(events, 'event')} in {plural(len(findings.sources), 'source')}."
    if findings.start is None or findings.end is None:
        return (text,)
    return text, f"Time: {span(findings.start, findings.end)}."


def _problems(material: Material) -> Listing[str]:
    problems = material.analysis.problems
    shown = [material.label(problem) for problem in problems[:_PROBLEMS]]
    return material.listing(shown, len(shown), "the others under Sources", total=len(problems))


def _unseen(material: Material) -> Listing[str]:
    analysis = material.analysis
    texts = [
        f"{material.source(source.name)}: {', '.join(GAP_WORDS[gap] for gap in source.gaps)}."
        for source in [source for source in analysis.findings.sources if source.gaps][:_GAPS]
    ]
    if analysis.findings.not_evaluated:
        rules = len({item.rule for item in analysis.findings.not_evaluated})
        texts.append(f"{plural(rules, 'rule')} could not be evaluated on these inputs.")
        texts += [
            f"{material.label(item.what)}: {plural(len(item.rules), 'rule')}."
            for item in missing(analysis.findings)[:_GAPS]
        ]
    if analysis.reject_total:
        texts.append(f"{plural(analysis.reject_total, 'line')} could be read by no format.")
    kinds = {kind for source in analysis.findings.sources for kind in source.kinds}
    absent = [word for kind, word in _KINDS.items() if kind not in kinds]
    if absent:
        texts.append(f"Not among the inputs: {', '.join(absent)}.")
    return material.listing(texts, len(texts), "")


_KINDS = {"request": "requests", "error": "error logs", "application": "application logs"}


SECTION = Section("Verdict", after=None, build=build)
