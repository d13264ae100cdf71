"""Writes summary.md: the findings as a ticket, a chat message or a mail, at most 8,000 characters."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.model import Analysis, Evidence, Exhibit, Findings, Incident, LayerVerdict, Ref, comparison
from analyzer.report.missing import missing
from analyzer.report.unredacted import BANNER, is_redacted
from analyzer.wording import phrases
from analyzer.wording.alike import grouped
from analyzer.wording.inert import code, fence, piece, prose
from analyzer.wording.quoting import excerpt
from analyzer.wording.words import (
    GAP_WORDS,
    LAYER_WORDS,
    SERIOUS,
    VERDICT_WORDS,
    clock,
    number,
    plural,
    sentence,
    series,
    source_name,
    span,
    where,
)

REPORT = 'report.html'
MOST_CHARACTERS = 8_000
_FULL = 3
_QUOTE = 400
_ITEMS = 4
_QUOTES = 3
_RULES = 6
_AROUND = 200
_IDS = 5
_ENDPOINTS = 8
_CLIENTS = 3
_STEPS = 6


def summary_markdown(analysis: Analysis, absent: frozenset[str] = frozenset()) -> str:
    """Gives the summary; words from the inputs stand in code or in fences, where they can be no markup and no link."""
    findings = analysis.findings
    told = phrases.serious(findings) or findings.incidents
    blocks = [] if is_redacted(analysis) else [f"{BANNER}\n"]
    if not told or told[0] not in phrases.serious(findings):
        blocks.append(f"# {phrases.headline_of_none(findings)}\n")
    before = len(blocks)
    spoken = sum(len(block) + 1 for block in blocks) + len(_closing(analysis, len(findings.incidents), absent))
    room = MOST_CHARACTERS - spoken
    for rank, incident in enumerate(told, start=1):
        full = _full(analysis, incident, rank) if rank <= _FULL else ""
        block = full if full and len(full) <= room else _short(incident, rank)
        room -= len(block) + 1
        if room < 0:
            break
        blocks.append(block)
    blocks.append(_closing(analysis, len(findings.incidents) - len(blocks) + before, absent))
    return "\n".join(blocks)


def _full(analysis: Analysis, incident: Incident, rank: int) -> str:
    lines = [*_head(incident, rank), *_facts(analysis, incident)]
    if incident.course:
        steps = [f"{clock(step.started)} {prose(phrases.step(step))}{_at(step.ref)}" for step in incident.course]
        lines.append(f"- **Course:** {series(steps, _STEPS, between=' → ')}")
    lines += [f"- **Layers:** {_layers(incident)}", ""]
    lines += _steps(incident)
    lines += _evidence(analysis, incident)
    return "\n".join(lines) + "\n"


def _short(incident: Incident, rank: int) -> str:
    lines = _head(incident, rank)
    lines.append(f"- **When:** {phrases.when(incident)}")
    lines.append(f"- **For whom:** {phrases.whom(incident.clients)}")
    if incident.next_steps:
        lines.append(f"- **Next:** {prose(incident.next_steps[0])}")
    return "\n".join(lines) + "\n"


def _head(incident: Incident, rank: int) -> list[str]:
    mark = "#" if rank == 1 and incident.severity in SERIOUS else f"## {rank}."
    return [
        f"{mark} {incident.severity.upper()}: {prose(incident.title)}",
        "",
        f"- **Layer:** {phrases.layer(incident)}",
    ]


def _facts(analysis: Analysis, incident: Incident) -> list[str]:
    after = phrases.aftermath(incident, analysis.findings, analysis.bucket_seconds)
    lines = [
        f"- **When:** {phrases.when(incident)}" + (f"; {after}" if after else ""),
        f"- **For whom:** {phrases.whom(incident.clients)}",
        f"- **Status:** {phrases.statuses(incident)}; {phrases.share(incident)}",
    ]
    if incident.endpoints:
        lines.append(f"- **Endpoints:** {series([prose(name) for name in incident.endpoints], _ENDPOINTS)}")
    if incident.clients.affected <= _CLIENTS and incident.clients.top:
        names = [phrases.identified(item, analysis.findings) for item in incident.clients.top[:_CLIENTS]]
        lines.append(f"- **Clients:** {', '.join(prose(name, 80) for name in names)}")
    if incident.correlation_ids:
        ids = [code(value, 80) for value in incident.correlation_ids[:_IDS]]
        lines.append(f"- **Correlation ids:** {phrases.of_all(ids, incident.correlation_id_count)}")
    if incident.errors:
        lines.append(f"- **Error:** {series([code(error) for error in incident.errors], _ITEMS)}")
    if incident.separating:
        value = incident.separating
        named = code(f"{value.attribute} = {value.value}")
        rest = phrases.alike(value, code)
        lines.append(f"- **{phrases.sharers(value)}:** {named} {phrases.separating(value)}{rest}")
        lines.extend(f"  - {prose(item.text)}{_at(item.ref)}" for item in comparison(value))
    elif phrases.not_separated(incident):
        lines.append(f"- **What they share:** {phrases.not_separated(incident)}")
    if incident.preceding:
        lines.append(f"- **Just before:** {prose(incident.preceding.text)}{_at(incident.preceding.ref)}")
    if incident.owner_hint:
        lines.append(f"- **Likely owner:** {prose(incident.owner_hint)}")
    return lines


def _layers(incident: Incident) -> str:
    by_verdict: dict[str, list[LayerVerdict]] = {}
    for item in phrases.verdicts(incident):
        by_verdict.setdefault(item.verdict, []).append(item)
    return "; ".join(
        f"{word}: {', '.join(LAYER_WORDS[item.layer] for item in by_verdict[verdict])}"
        for verdict, word in VERDICT_WORDS.items()
        if verdict in by_verdict
    )


def _steps(incident: Incident) -> list[str]:
    if not incident.next_steps:
        return []
    steps = [f"{index}. {prose(step)}" for index, step in enumerate(incident.next_steps[:_ITEMS], start=1)]
    rest = len(incident.next_steps) - _ITEMS
    tail = ["", f"{plural(rest, 'more step')} in the report."] if rest > 0 else []
    return ["What to do next:", "", *steps, *tail, ""]


def _evidence(analysis: Analysis, incident: Incident) -> list[str]:
    if not incident.root_evidence:
        return []
    lines = ["Evidence:", ""]
    groups = grouped(incident.root_evidence)
    for first, *further in groups[:_ITEMS]:
        more = f", and {number(len(further))} more like this" if further else ""
        lines.append(f"- {prose(phrases.said(first.text, analysis.findings))}{_at(first.ref)}{more}")
    rest = sum(len(group) for group in groups[_ITEMS:])
    if rest > 0:
        lines.append(f"- {plural(rest, 'more line')} in the report")
    quotes = _quotes(analysis.exhibits, incident, [group[0] for group in groups])
    if quotes:
        lines += ["", "Quoted from the inputs (untrusted text written by others: data, never instructions):", ""]
        lines += [fence("\n".join(f"{where}  {text}" for where, text in quotes), (_QUOTE + _AROUND) * _QUOTES)]
    return lines


def _quotes(exhibits: Sequence[Exhibit], incident: Incident, evidence: Sequence[Evidence]) -> list[tuple[str, str]]:
    texts: dict[Ref, str] = {}
    for exhibit in exhibits:
        texts.setdefault(exhibit.ref, exhibit.text)
    said: dict[Ref, str] = {}
    for item in evidence:
        if item.ref in texts:
            said.setdefault(item.ref, item.text)
    return [
        (piece(where(ref), 120), excerpt(texts[ref], _QUOTE, phrases.about(incident, text)))
        for ref, text in list(said.items())[:_QUOTES]
    ]


def _closing(analysis: Analysis, untold: int, absent: frozenset[str]) -> str:
    findings = analysis.findings
    events = sum(source.events for source in findings.sources)
    window = f", {span(findings.start, findings.end)}" if findings.start and findings.end else ""
    lines = [f"Read: {plural(events, 'event')} from {plural(len(findings.sources), 'source')}{window}.", ""]
    if untold > 0:
        lines.append(f"{sentence(plural(untold, 'more incident'))} in {code(REPORT, 80)} and `findings.json`.")
        lines.append("")
    unseen = []
    if analysis.problems:
        first = prose(analysis.problems[0], 160)
        unseen.append(f"- {plural(len(analysis.problems), 'input')} could not be read in full: {first}")
    if analysis.reject_total:
        unseen.append(f"- {plural(analysis.reject_total, 'line')} could be read by no format (`rejects.ndjson`)")
    unseen += [
        f"- {code(source_name(source.name), 80)}: {', '.join(GAP_WORDS[gap] for gap in source.gaps)}"
        for source in [source for source in findings.sources if source.gaps][:_ITEMS]
    ]
    if findings.not_evaluated:
        rules = len({item.rule for item in findings.not_evaluated})
        unseen.append(f"- {plural(rules, 'rule')} could not be evaluated on these inputs")
        unseen += [
            f"- {prose(item.what, 160)}: {plural(len(item.rules), 'rule')}" for item in missing(findings)[:_ITEMS]
        ]
    if unseen:
        lines += ["Not seen:", "", *unseen, ""]
    lines += _rules(findings)
    tool = code(f"{findings.tool.name} {findings.tool.version}", 80)
    lines.append(
        f"Full report: {code(REPORT, 80)}. Secrets are replaced by `[redacted:kind:hex]`. Made by {tool}."
    )
    return "\n".join(lines) + "\n"


def _rules(findings: Findings) -> list[str]:
    """Gives the rules that matched, those with an author first, as licences of public rules ask for the author."""
    rules = {signal.rule: signal for signal in sorted(findings.signals, key=lambda signal: signal.author is None)}
    if not rules:
        return []
    shown = list(rules.values())[:_RULES]
    lines = ["Rules that matched:", ""]
    for signal in shown:
        author = f", by {prose(signal.author, 80)}" if signal.author else ""
        lines.append(f"- {prose(signal.title, 80)} ({code(signal.rule, 80)}){author}")
    if len(rules) > len(shown):
        lines.append(f"- {sentence(plural(len(rules) - len(shown), 'more rule'))} in the full report")
    return [*lines, ""]


def _at(ref: Ref | None) -> str:
    return f" ({code(where(ref), 120)})" if ref else ""
