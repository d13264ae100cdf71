"""The words a support engineer pastes: one incident as a few lines of plain text."""

from __future__ import annotations

from analyzer.model import Analysis, Incident
from analyzer.report import phrases
from analyzer.report.quoting import one_line
from analyzer.report.words import plural, series

_STEPS = 3
_ERRORS = 3
_EVIDENCE = 3


def ticket(incident: Incident, analysis: Analysis, *, limit: int) -> str:
    """Gives the incident as plain text lines, each piece on one line and at most limit characters long."""
    after = phrases.aftermath(incident, analysis.findings, analysis.bucket_seconds)
    lines = [
        f"[{incident.severity.upper()}] {one_line(incident.title, limit)}",
        f"Layer: {phrases.layer(incident)}",
        f"When: {phrases.when(incident)}" + (f"; {after}" if after else ""),
        f"For whom: {phrases.whom(incident.clients)}",
        f"Status: {phrases.statuses(incident)}; {phrases.share(incident)}",
    ]
    if incident.errors:
        errors = [one_line(error, limit) for error in incident.errors]
        lines.append(f"Error: {series(errors, _ERRORS, between='; ')}")
    for evidence in incident.root_evidence[:_EVIDENCE]:
        where = f" ({one_line(str(evidence.ref), limit)})" if evidence.ref else ""
        lines.append(f"Evidence: {one_line(evidence.text, limit)}{where}")
    more = len(incident.root_evidence) - _EVIDENCE
    if more > 0:
        lines.append(f"{plural(more, 'more piece')} of evidence in the report.")
    for index, step in enumerate(incident.next_steps[:_STEPS], start=1):
        lines.append(f"Next {index}: {one_line(step, limit)}")
    more = len(incident.next_steps) - _STEPS
    if more > 0:
        lines.append(f"{plural(more, 'more step')} in the report.")
    return "\n".join(lines)
