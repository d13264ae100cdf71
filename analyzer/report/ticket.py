"""The words a support engineer pastes: one incident as a few lines of plain text."""

from __future__ import annotations

from analyzer.model import Analysis, Incident
from analyzer.wording import phrases
from analyzer.wording.alike import grouped
from analyzer.wording.quoting import one_line
from analyzer.wording.short_names import shortened
from analyzer.wording.words import plural, series, where
from analyzer.wording.zones import local_span

_STEPS = 3
_ERRORS = 3
_EVIDENCE = 3
_IDS = 3


def ticket(incident: Incident, analysis: Analysis, *, limit: int) -> str:
    """Gives the incident as plain text lines, each piece on one line and at most limit characters long.

    Names of inputs begin behind the folder that all of them lie in.
    """
    after = phrases.aftermath(incident, analysis.findings, analysis.bucket_seconds)
    lines = [
        f"[{incident.severity.upper()}] {one_line(incident.title, limit)}",
        f"Layer: {phrases.layer(incident)}",
        f"When: {phrases.when(incident)}" + (f"; {after}" if after else ""),
        f"For whom: {phrases.whom_by_name(incident, analysis.findings, lambda name: one_line(name, limit))}",
        f"Status: {phrases.statuses(incident)}; {phrases.share(incident)}",
    ]
    if there := local_span(incident.started, incident.ended, analysis.zone):
        lines.insert(3, f"Local time: {there}")
    if incident.errors:
        errors = [one_line(error, limit) for error in incident.errors]
        lines.append(f"Error: {series(errors, _ERRORS, between='; ')}")
    if incident.correlation_ids:
        ids = [one_line(value, limit) for value in incident.correlation_ids[:_IDS]]
        lines.append(f"Correlation ids: {phrases.of_all(ids, incident.correlation_id_count)}")
    groups = grouped(incident.root_evidence)
    for evidence, *_ in groups[:_EVIDENCE]:
        place = f" ({one_line(where(evidence.ref), limit)})" if evidence.ref else ""
        lines.append(f"Evidence: {one_line(phrases.said(evidence.text, analysis.findings), limit)}{place}")
    more = len(incident.root_evidence) - len(groups[:_EVIDENCE])
    if more > 0:
        lines.append(f"{plural(more, 'more piece')} of evidence in the report.")
    for index, step in enumerate(incident.next_steps[:_STEPS], start=1):
        lines.append(f"Next {index}: {one_line(step, limit)}")
    more = len(incident.next_steps) - _STEPS
    if more > 0:
        lines.append(f"{plural(more, 'more step')} in the report.")
    return shortened("\n".join(lines), analysis)
