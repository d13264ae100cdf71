"""Rules that fired, with their authors, and rules that could not be evaluated, with the reason."""

from __future__ import annotations

from analyzer.model import NotEvaluated, SignalReport
from analyzer.report.chart_view import Table
from analyzer.report.material import Material
from analyzer.report.sections._section import Section
from analyzer.report.view import RulesView
from analyzer.report.words import number, plural, series, span

_FIRED = ("Rule", "Title", "Level", "Group", "When", "Count", "Author")


def build(material: Material) -> RulesView:
    """Gives both tables."""
    findings = material.analysis.findings
    fired = f"{plural(len(findings.signals), 'signal')} of {plural(len({s.rule for s in findings.signals}), 'rule')}"
    return RulesView(
        fired=_fired(material, findings.signals),
        silent=_silent(material, findings.not_evaluated),
        summary=f"{fired}; {plural(len(findings.not_evaluated), 'rule')} could not be evaluated.",
    )


def _fired(material: Material, signals: tuple[SignalReport, ...]) -> Table | None:
    if not signals:
        return None
    rows = material.listing(
        [_row(material, signal) for signal in signals[: material.limits.rows]],
        material.limits.rows,
        "all in findings.json",
        total=len(signals),
    )
    return Table("Rules that fired", _FIRED, rows.items, rows.note)


def _row(material: Material, signal: SignalReport) -> tuple[str, ...]:
    named = [material.label(f"{key} = {value}") for key, value in sorted(signal.group.items())]
    group = series(named, material.limits.items, between="; ")
    return (
        material.label(signal.rule),
        material.label(signal.title),
        material.label(signal.level),
        material.label(group),
        span(signal.started, signal.ended),
        number(signal.count),
        material.label(signal.author or "not named"),
    )


def _silent(material: Material, rules: tuple[NotEvaluated, ...]) -> Table | None:
    if not rules:
        return None
    rows = material.listing(
        [(material.label(rule.rule), material.label(rule.reason)) for rule in rules[: material.limits.rows]],
        material.limits.rows,
        "all in findings.json",
        total=len(rules),
    )
    return Table("Rules that could not be evaluated", ("Rule", "Reason"), rows.items, rows.note)


SECTION = Section("Rules", after="rejects", build=build)
