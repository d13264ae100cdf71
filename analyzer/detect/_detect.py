"""Runs a rule set over one frame of events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import polars as pl

from analyzer.detect import _correlate, _report, _series, _signal
from analyzer.detect._beside import leave_out_repeated
from analyzer.detect._earlier import Earlier
from analyzer.detect._evaluate import Evaluated, evaluate, hidden_members, is_reported
from analyzer.detect._rule import Correlation, Rule, RuleSet
from analyzer.detect._signal import Detected, Signal
from analyzer.detect._told import leave_out_told
from analyzer.model import NotEvaluated

_NOTHING_MISSING: Mapping[str, frozenset[str]] = MappingProxyType({})


def detect(
    frame: pl.DataFrame,
    rules: RuleSet,
    *,
    missing: Mapping[str, frozenset[str]] = _NOTHING_MISSING,
    coarsest_seconds: int = 0,
    earlier: Earlier | None = None,
) -> Detected:
    """Gives the signals of all rules, in order of severity, start, rule and group, and what could not be judged.

    frame: one row per exchange or other event, in the order (timestamp, source, line), with the canonical and the fact
    columns and `row` (UInt32). missing: by source, the columns that it cannot supply; a source that is named here is
    trusted to supply all others that the frame has. coarsest_seconds: the stretch of time within which weights are
    exact, than which the buckets of bursts are not narrower. earlier: what was normal before these events; the result
    then has the counts for the next run.
    """
    if not frame.height:
        return Detected((), ())
    evaluated = evaluate(frame, rules, missing, coarsest_seconds, earlier)
    hidden = hidden_members(rules)
    outcomes = _correlate.run(rules.correlations, evaluated)
    names = {name: rule.about.id for rule in rules.rules for name in (rule.about.id, rule.about.name) if name}
    signals: list[Signal] = []
    notes: list[NotEvaluated] = []
    counts: list[pl.DataFrame] = []
    for rule in rules.rules:
        if not is_reported(rule, hidden):
            continue
        found = _report_rule(rule, evaluated, names, earlier)
        signals += found.signals
        notes += _notes(rule, (*_doubt(rule, evaluated), *found.notes))
        counts += [] if found.counts is None else [found.counts]
    for correlation in rules.correlations:
        if is_reported(correlation, hidden):
            signals += _report.report_correlation(correlation, outcomes, evaluated)
            sentences = _correlation_notes(correlation, rules, outcomes, evaluated)
            notes += _notes(correlation, sentences)
    signals = leave_out_repeated(signals, rules.rules, names, evaluated.events)
    signals = leave_out_told(signals, [each.about for each in rules.everything])
    ordered = sorted(notes, key=lambda note: (note.rule, note.reason))
    fitting = evaluated.fitting
    elsewhere = sorted(rule.about.id for rule in rules.rules if not fitting[rule.logsource].any())
    return Detected(
        tuple(sorted(signals, key=_signal.order)),
        tuple(ordered),
        tuple(elsewhere),
        pl.concat(counts) if counts else None,
    )


def _report_rule(rule: Rule, evaluated: Evaluated, names: Mapping[str, str], earlier: Earlier | None) -> _series.Bursts:
    if rule.burst is None:
        return _series.Bursts(_report.report_rule(rule, evaluated), [])
    return _series.report_bursts(rule, rule.burst, evaluated, names, earlier)


def _notes(rule: Rule | Correlation, sentences: Iterable[str]) -> list[NotEvaluated]:
    return [NotEvaluated(rule.about.id, sentence, rule.about.title) for sentence in sentences]


def _doubt(rule: Rule, evaluated: Evaluated) -> list[str]:
    doubt = evaluated.doubts.get(rule.about.id)
    return [doubt] if doubt else []


def _correlation_notes(
    correlation: Correlation, rules: RuleSet, outcomes: Mapping[str, _correlate.Outcome], evaluated: Evaluated
) -> list[str]:
    # A member is not reported for itself, so what is in doubt about it is said of the correlation.
    members = {rule.about.id: rule for rule in rules.rules}
    chained = {each.about.id: each for each in rules.correlations}
    notes = list(outcomes[correlation.about.id].notes)
    for name in correlation.rules:
        if name in members:
            notes += [f"{members[name].about.title}: {doubt}" for doubt in _doubt(members[name], evaluated)]
        else:
            notes += _correlation_notes(chained[name], rules, outcomes, evaluated)
    return list(dict.fromkeys(notes))
