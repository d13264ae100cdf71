"""Rules that fired, with their authors, and what hid other rules."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.model import SignalReport
from analyzer.report.material import Material
from analyzer.report.missing import missing
from analyzer.report.sections._section import Section
from analyzer.report.view.pieces import Table
from analyzer.report.view.sections import RulesView
from analyzer.wording.words import number, plural, sentence, series, span

_FIRED = ("Rule", "Level", "Signals", "Groups", "When", "Count", "Id", "Author")
_SILENT = ("What is missing", "Rules", "Which", "Rows that cannot be judged")
_GROUPS = 3
_NAMES = 8


def build(material: Material) -> RulesView:
    """Gives both tables."""
    findings = material.analysis.findings
    fired = f"{plural(len(findings.signals), 'signal')} of {plural(len({s.rule for s in findings.signals}), 'rule')}"
    silent = len({item.rule for item in findings.not_evaluated})
    summary = f"{fired}; {plural(silent, 'rule')} could not be evaluated."
    if findings.not_applicable:
        about = "is about logs of another kind" if findings.not_applicable == 1 else "are about logs of other kinds"
        summary += f" {sentence(plural(findings.not_applicable, 'rule'))} {about}."
    return RulesView(
        fired=_fired(material, findings.signals),
        silent=_silent(material),
        summary=summary,
    )


def _fired(material: Material, signals: tuple[SignalReport, ...]) -> Table | None:
    by_rule: dict[str, list[SignalReport]] = {}
    for signal in signals:
        by_rule.setdefault(signal.rule, []).append(signal)
    if not by_rule:
        return None
    rows = material.listing(
        [_row(material, group) for group in list(by_rule.values())[: material.limits.rows]],
        material.limits.rows,
        "all in findings.json",
        total=len(by_rule),
    )
    # A column without a word (no rule names an author, none groups) only makes the others narrow.
    told = [index for index in range(len(_FIRED)) if any(row[index] for row in rows.items)]
    shown = tuple(tuple(row[index] for index in told) for row in rows.items)
    return Table("Rules that fired", tuple(_FIRED[index] for index in told), shown, rows.note)


def _row(material: Material, signals: Sequence[SignalReport]) -> tuple[str, ...]:
    first = signals[0]
    groups = [
        ", ".join(material.label(f"{key} = {value}") for key, value in sorted(signal.group.items()))
        for signal in signals
        if signal.group
    ]
    return (
        material.label(first.title),
        material.label(first.level),
        number(len(signals)),
        series(groups, _GROUPS, between="; "),
        span(min(signal.started for signal in signals), max(signal.ended for signal in signals)),
        number(sum(signal.count for signal in signals)),
        material.label(first.rule),
        material.label(first.author or ""),
    )


def _silent(material: Material) -> Table | None:
    found = missing(material.analysis.findings)
    if not found:
        return None
    rows = material.listing(
        [
            (
                sentence(material.label(item.what)),
                number(len(item.rules)),
                series([material.label(rule) for rule in item.rules], _NAMES, between="; "),
                item.rows,
            )
            for item in found[: material.limits.rows]
        ],
        material.limits.rows,
        "all in findings.json",
        total=len(found),
    )
    return Table("Rules that could not be evaluated", _SILENT, rows.items, rows.note)


SECTION = Section("Rules", after="rejects", build=build)
