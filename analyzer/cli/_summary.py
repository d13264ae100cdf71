"""Prints what was found, in plain lines; with colours only where a person looks at a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from analyzer.cli._text import visible

if TYPE_CHECKING:
    from analyzer.model import Analysis, Findings, Incident

_MOST_INCIDENTS = 5
_MOST_RULES = 10
_MOST_STEPS = 4
_MOST_COLUMNS = 6
_COLOURS = {"critical": "red", "high": "red", "medium": "yellow", "low": None, "info": None}
_SHOWN_SEVERITIES = ("critical", "high", "medium")
_VERDICTS = {"cause": "cause", "suspected": "suspected", "ruled_out": "ruled out", "not_visible": "not visible"}


def print_summary(analysis: Analysis) -> None:
    """Prints incidents, sources and what could not be read."""
    findings = analysis.findings
    shown = [incident for incident in findings.incidents if incident.severity in _SHOWN_SEVERITIES]
    lesser = len(findings.incidents) - len(shown)
    if not shown:
        click.secho("No incident above low was found in these inputs.", bold=True)
    for incident in shown[:_MOST_INCIDENTS]:
        _print_incident(incident)
    if len(shown) > _MOST_INCIDENTS:
        click.echo(f"{len(shown) - _MOST_INCIDENTS} more incidents are in the report.")
    if lesser:
        click.echo(f"{lesser} of low severity or less {'is' if lesser == 1 else 'are'} in the report.")
    _print_sources(analysis)
    print_problems(analysis)


def print_problems(analysis: Analysis) -> None:
    """Prints on standard error which inputs could not be read, and why."""
    for problem in analysis.problems:
        click.secho(f"Problem: {visible(problem)}", fg="yellow", err=True)


def _print_incident(incident: Incident) -> None:
    click.secho(f"{incident.severity.upper()}  ", fg=_COLOURS[incident.severity], bold=True, nl=False)
    click.secho(visible(incident.title), bold=True)
    _line("Layer", f"{_layer(incident)} (confidence {incident.confidence:.0%})")
    _line("When", f"{_time(incident.started)} to {_time(incident.ended)} UTC")
    clients = incident.clients
    who = "client" if clients.on_endpoints == 1 else "clients"
    requests = "request" if incident.requests == 1 else "requests"
    affected, used = ("about " if name in clients.estimated else "" for name in ("affected", "on_endpoints"))
    _line("Who", f"{affected}{clients.affected:,} of {used}{clients.on_endpoints:,} {who} that used it; "
                 f"{incident.failed:,} of {incident.requests:,} {requests} failed")  # fmt: skip
    if incident.root_evidence:
        evidence = incident.root_evidence[0]
        place = str(evidence.ref)
        _line("Because", f"{evidence.text} [{f'standard input{place[1:]}' if place.startswith('-:') else place}]")
    if incident.course:
        steps = [f"{step.started:%H:%M:%S} {step.text}" for step in incident.course]
        _line("Course", " → ".join(steps[:_MOST_STEPS]) + (" → ..." if len(steps) > _MOST_STEPS else ""))
    groups: dict[str, list[str]] = {}
    for verdict in incident.layers:
        groups.setdefault(_VERDICTS[verdict.verdict], []).append(verdict.layer.replace("_", " "))
    for verdict_name in ("suspected", "ruled out", "not visible"):
        if verdict_name in groups:
            _line(verdict_name.capitalize(), ", ".join(groups[verdict_name]))
    if incident.next_steps:
        _line("Next", incident.next_steps[0])
    click.echo()


def _layer(incident: Incident) -> str:
    """Gives the layer; where no verdict is cause, says that it is not proven and what is suspected."""
    if incident.layer == "unknown":
        return "not determined"
    if any(verdict.verdict == "cause" for verdict in incident.layers):
        return incident.layer.replace("_", " ")
    suspected = [verdict.layer for verdict in incident.layers if verdict.verdict == "suspected"] or [incident.layer]
    return f"not proven; {' or '.join(name.replace('_', ' ') for name in suspected)} suspected"


def _line(name: str, text: str) -> None:
    click.echo(f"  {name + ':':<13}{visible(text)}")


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"


def _print_sources(analysis: Analysis) -> None:
    from analyzer.wording.words import GAP_WORDS

    for source in analysis.findings.sources:
        ledger = source.ledger
        formats = ", ".join(use.name for use in source.formats) or "no format reads it"
        counted = f"{ledger.lines:,} {'entries' if source.entries is not None else 'lines'}"
        rejects = f", {ledger.rejects:,} rejected" if ledger.rejects else ""
        gaps = "".join(f"; {GAP_WORDS[gap]}" for gap in source.gaps)
        click.echo(f"Read {visible(source.name)}: {counted} as {formats}{rejects}{gaps}")
    _print_rules(analysis.findings)


def _print_rules(findings: Findings) -> None:
    """Prints which rules matched, with their authors, and what could not be evaluated for want of which column."""
    from analyzer.report.missing import columns_of

    rules = {signal.rule: signal for signal in sorted(findings.signals, key=lambda signal: signal.author is None)}
    for signal in list(rules.values())[:_MOST_RULES]:
        author = f", by {signal.author}" if signal.author else ""
        click.echo(visible(f"Rule that matched: {signal.title} ({signal.rule}){author}"))
    if len(rules) > _MOST_RULES:
        click.echo(f"{len(rules) - _MOST_RULES} more rules that matched are in the report.")
    skipped = len({item.rule for item in findings.not_evaluated})
    if skipped:
        columns = columns_of(findings)
        shown = ", ".join(columns[:_MOST_COLUMNS]) + (", ..." if len(columns) > _MOST_COLUMNS else "")
        why = visible(f": no column {shown}") if columns else ""
        told = "1 rule" if skipped == 1 else f"{skipped:,} rules"
        click.echo(f"{told} could not be evaluated on these inputs{why}; the report says which and why.")
    if findings.not_applicable:
        told = "1 rule is" if findings.not_applicable == 1 else f"{findings.not_applicable:,} rules are"
        click.echo(f"{told} about other kinds of logs, such as those of operating systems.")
