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
from analyzer.wording.short_names import common_folder, shortened
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
from analyzer.wording.zones import local_span

MOST_CHARACTERS = 8_000
_REPORT, _FINDINGS = "report.html", "findings.json"
_FULL = 3
_QUOTE = 300
_ITEMS = 4
_EVIDENCE = 3
_QUOTES = 2
_RULES = 6
_AROUND = 200
_IDS = 2
_ENDPOINTS = 6
_CLIENTS = 3
_STEPS = 6
_MISSING = 3
_BREAK = "  "  # at the end of a line: a break where Markdown is rendered, nothing where it is not


def summary_markdown(analysis: Analysis, absent: frozenset[str] = frozenset()) -> str:
    """Gives the summary: the first three lines say what, which layer, since when, for whom, and what to do next.

    absent are the files that are not written beside it. Words from the inputs stand in code or in fences, where they
    can be no markup and no link; names of inputs begin behind the folder that all of them lie in.
    """
    findings = analysis.findings
    told = phrases.serious(findings) or findings.incidents
    blocks = [] if is_redacted(analysis) else [f"{BANNER}\n"]
    calm = not told or told[0] not in phrases.serious(findings)
    if calm:
        blocks.append(f"# {phrases.headline_of_none(findings)}\n{_read(analysis)}\n")
    closing = _closing(analysis, absent, calm=calm)
    before = len(blocks)
    spoken = sum(len(block) + 1 for block in blocks) + len(closing) + len(_untold(len(findings.incidents), absent))
    room = MOST_CHARACTERS - spoken
    for rank, incident in enumerate(told, start=1):
        full = _full(analysis, incident, rank, absent) if rank <= _FULL else ""
        block = full if full and len(full) <= room else _short(analysis, incident, rank)
        room -= len(block) + 1
        if room < 0:
            break
        blocks.append(block)
    blocks.append(_untold(len(findings.incidents) - len(blocks) + before, absent) + closing)
    return shortened("\n".join(blocks), analysis)


def _full(analysis: Analysis, incident: Incident, rank: int, absent: frozenset[str]) -> str:
    lines = [*_head(analysis, incident, rank), "", *_facts(analysis, incident), ""]
    lines += _steps(incident, absent)
    lines += _evidence(analysis, incident, absent)
    return "\n".join(lines) + "\n"


def _short(analysis: Analysis, incident: Incident, rank: int) -> str:
    return "\n".join(_head(analysis, incident, rank)) + "\n"


def _head(analysis: Analysis, incident: Incident, rank: int) -> list[str]:
    """Gives the lines that decide in a chat: what; which layer, when, for whom; what to do first."""
    mark = "#" if rank == 1 and incident.severity in SERIOUS else f"## {rank}."
    after = phrases.aftermath(incident, analysis.findings, analysis.bucket_seconds)
    there = local_span(incident.started, incident.ended, analysis.zone)
    when = "; ".join(text for text in (phrases.when(incident), there, after) if text)
    lines = [
        f"{mark} {incident.severity.upper()}: {prose(incident.title)}",
        f"Layer: {phrases.layer(incident)}. When: {when}. For whom: {phrases.whom(incident.clients)}.",
    ]
    if incident.next_steps:
        lines[-1] += _BREAK
        lines.append(f"Next: {prose(incident.next_steps[0])}")
    return lines


def _facts(analysis: Analysis, incident: Incident) -> list[str]:
    lines = [f"- Status: {phrases.statuses(incident)}; {phrases.share(incident)}"]
    if incident.endpoints:
        lines.append(f"- Endpoints: {series([prose(name) for name in incident.endpoints], _ENDPOINTS)}")
    if incident.errors:
        lines.append(f"- Error: {series([code(error) for error in incident.errors], _ITEMS)}")
    if incident.separating:
        value = incident.separating
        named = code(f"{value.attribute} = {value.value}")
        rest = phrases.alike(value, code)
        lines.append(f"- {phrases.sharers(value)}: {named} {phrases.separating(value)}{rest}")
        lines.extend(f"  - {prose(item.text)}{_at(item.ref)}" for item in comparison(value))
    elif phrases.not_separated(incident):
        lines.append(f"- What they share: {phrases.not_separated(incident)}")
    if incident.preceding:
        lines.append(f"- Just before: {prose(incident.preceding.text)}{_at(incident.preceding.ref)}")
    if incident.course:
        steps = [f"{clock(step.started)} {prose(phrases.step(step))}{_at(step.ref)}" for step in incident.course]
        lines.append(f"- Course: {series(steps, _STEPS, between=' → ')}")
    lines.append(f"- Layers: {_layers(incident)}")
    if incident.owner_hint:
        lines.append(f"- Likely owner: {prose(incident.owner_hint)}")
    return [*lines, *_names(analysis, incident)]


def _names(analysis: Analysis, incident: Incident) -> list[str]:
    """Gives what only a search needs, and what may be placeholders: clients and ids."""
    lines = []
    if incident.clients.affected <= _CLIENTS and incident.clients.top:
        names = [phrases.identified(item, analysis.findings) for item in incident.clients.top[:_CLIENTS]]
        lines.append(f"- Clients: {', '.join(prose(name, 80) for name in names)}")
    if incident.correlation_ids:
        ids = [code(value, 80) for value in incident.correlation_ids[:_IDS]]
        lines.append(f"- Correlation ids: {phrases.of_all(ids, incident.correlation_id_count)}")
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


def _steps(incident: Incident, absent: frozenset[str]) -> list[str]:
    further = incident.next_steps[1:]
    if not further:
        return []
    steps = [f"{index}. {prose(step)}" for index, step in enumerate(further[: _ITEMS - 1], start=2)]
    rest = len(further) - len(steps)
    tail = ["", f"{sentence(_more(rest, 'more step', absent))}."] if rest else []
    return ["After that:", "", *steps, *tail, ""]


def _more(count: int, word: str, absent: frozenset[str]) -> str:
    """Counts what is left out, and says where it is."""
    place = next((f"in {code(name)}" for name in (_REPORT, _FINDINGS) if name not in absent), "not written here")
    return f"{plural(count, word)} {place}"


def _evidence(analysis: Analysis, incident: Incident, absent: frozenset[str]) -> list[str]:
    if not incident.root_evidence:
        return []
    lines = ["Evidence:", ""]
    groups = grouped(incident.root_evidence)
    for first, *further in groups[:_EVIDENCE]:
        more = f", and {number(len(further))} more like this" if further else ""
        lines.append(f"- {prose(phrases.said(first.text, analysis.findings))}{_at(first.ref)}{more}")
    rest = sum(len(group) for group in groups[_EVIDENCE:])
    if rest > 0:
        lines.append(f"- {_more(rest, 'more line', absent)}")
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


def _read(analysis: Analysis) -> str:
    findings = analysis.findings
    events = sum(source.events for source in findings.sources)
    folder = common_folder(analysis)
    place = f" in {code(folder, 120)}" if folder else ""
    window = f", {span(findings.start, findings.end)}" if findings.start and findings.end else ""
    return f"Read: {plural(events, 'event')} from {plural(len(findings.sources), 'source')}{place}{window}."


def _untold(count: int, absent: frozenset[str]) -> str:
    if count <= 0:
        return ""
    places = [code(name) for name in (_REPORT, _FINDINGS) if name not in absent]
    place = f"in {' and '.join(places)}" if places else "not written here"
    return f"{sentence(plural(count, 'more incident'))} {place}.\n\n"


def _closing(analysis: Analysis, absent: frozenset[str], *, calm: bool) -> str:
    findings = analysis.findings
    lines = [] if calm else [_read(analysis), ""]
    unseen = _unseen(analysis)
    if unseen:
        lines += ["Not seen:", "", *unseen, ""]
    lines += _rules(findings, absent)
    tool = code(f"{findings.tool.name} {findings.tool.version}", 80)
    lines.append(f"{_whole(absent)} Secrets are replaced by `[redacted:kind:hex]`. Made by {tool}.")
    return "\n".join(lines) + "\n"


def _whole(absent: frozenset[str]) -> str:
    if _REPORT not in absent:
        return f"Full report: {code(_REPORT)}."
    if _FINDINGS not in absent:
        return f"All findings: {code(_FINDINGS)}."
    return "The full report was not written: run again with `--format-report html`."


def _unseen(analysis: Analysis) -> list[str]:
    findings = analysis.findings
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
        rules = plural(len({item.rule for item in findings.not_evaluated}), "rule")
        lacking = missing(findings)
        named = [prose(item.named, 80) for item in lacking if item.named] or [prose(lacking[0].what, 160)]
        unseen.append(f"- {rules} could not be evaluated on these inputs; missing: {series(named, _MISSING)}")
    return unseen


def _rules(findings: Findings, absent: frozenset[str]) -> list[str]:
    """Gives the rules that matched, those with an author first: licences of public rules ask for both names."""
    rules = {signal.rule: signal for signal in sorted(findings.signals, key=lambda signal: signal.author is None)}
    if not rules:
        return []
    shown = [
        prose(signal.title, 80)
        + (f" ({code(signal.rule, 80)}, by {prose(signal.author, 80)})" if signal.author else "")
        for signal in list(rules.values())[:_RULES]
    ]
    rest = len(rules) - len(shown)
    more = f"; {_more(rest, 'more rule', absent)}" if rest > 0 else ""
    return [f"Rules that matched: {'; '.join(shown)}{more}.", ""]


def _at(ref: Ref | None) -> str:
    return f" ({code(where(ref), 120)})" if ref else ""
