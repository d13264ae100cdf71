"""Composes the analysis that the report shows: findings, and the lines and counts behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import polars as pl

from analyzer import __version__
from analyzer.counted import WEIGHT, number, weighed
from analyzer.detect import Detected, RuleSet, Signal
from analyzer.diagnose._counts import bucket_seconds
from analyzer.diagnose.gaps import captures_of
from analyzer.diagnose.incidents import Diagnosis, diagnose, is_exchange
from analyzer.diagnose.latency import measure
from analyzer.diagnose.noise import count_noise, reference
from analyzer.errors import DocumentError
from analyzer.model import (
    Analysis,
    Evidence,
    Findings,
    Hop,
    Incident,
    Latency,
    Noise,
    NotEvaluated,
    Ref,
    SignalReport,
    StatusMinute,
    Tool,
    comparison,
)
from analyzer.pipeline._packet_facts import packet_facts
from analyzer.pipeline._plan import Run
from analyzer.pipeline._rejects import tell_rejects
from analyzer.pipeline._side_by_side import streamed
from analyzer.pipeline._tables import exhibits_of

_MOST_EXHIBITS = 480
_EXHIBITS_PER_INCIDENT = 24


def compose_analysis(state: Run) -> Run:
    """Diagnoses the signals and gathers what the report quotes; nothing is redacted yet."""
    assert state.reading is not None  # noqa: S101 - the order of STAGES
    assert state.joined is not None  # noqa: S101
    assert state.exchanges is not None  # noqa: S101
    assert state.detected is not None  # noqa: S101
    assert state.rule_set is not None  # noqa: S101
    state.plan.progress("Judging the layers", None)
    start, end = _window(state.exchanges)
    width = bucket_seconds(start, end, state.coarsest_seconds)
    timed = tuple(signal for signal in state.detected.signals if signal.started is not None)
    captures = captures_of(state.reading.sources, state.exchanges)
    named = {rule.about.id for rule in state.rule_set.rules if not rule.about.own}
    side_by_side = partial(streamed, threads=state.plan.threads)
    diagnosis = diagnose(state.joined, state.exchanges, timed, width, captures, apply=side_by_side)
    findings = Findings(
        tool=Tool("analyzer", __version__, state.rule_set.sha256),
        start=start,
        end=end,
        sources=state.reading.sources,
        incidents=diagnosis.incidents,
        noise=count_noise(state.exchanges),
        signals=tuple(_signal_report(signal) for signal in timed),
        not_evaluated=_not_evaluated(state, state.detected),
        not_applicable=len(named.intersection(state.detected.not_applicable)) + _faulty_elsewhere(state.rule_set),
    )
    latency = measure(state.joined, state.exchanges, diagnosis.incidents, diagnosis.failing_rows, width)
    analysis = Analysis(
        findings=findings,
        exhibits=exhibits_of(state.reading, _wanted(state, diagnosis, latency, findings.noise), state.plan.people()),
        hops=diagnosis.hops,
        status_minutes=_status_minutes(state.exchanges, width),
        bucket_seconds=width,
        problems=tuple(str(problem) for problem in (*state.reading.problems, *_faults_of_own_rules(state))),
        facts=packet_facts(state, diagnosis) if state.plan.packet_facts else {},
        latency=latency,
        sides=diagnosis.sides,
    )
    if state.reading.reject_parts:
        shown, counts, total = tell_rejects(state.reading)
        analysis = replace(analysis, rejects=shown, reject_total=total, reject_counts=counts)
    return replace(state, analysis=analysis, failing_rows=diagnosis.failing_rows)


def _faults_of_own_rules(state: Run) -> tuple[DocumentError, ...]:
    """Gives the faults of the rules that the user named: they asked for something that was not done."""
    assert state.rule_set is not None  # noqa: S101 - the order of STAGES
    return state.rule_set.errors if state.plan.rules else ()


def _faulty_elsewhere(rules: RuleSet) -> int:
    return len({error.location.path for error in rules.elsewhere if error.location})


def _window(exchanges: pl.DataFrame) -> tuple[datetime | None, datetime | None]:
    start, end = exchanges["timestamp"].min(), exchanges["ended_at"].max()
    return (start if isinstance(start, datetime) else None, end if isinstance(end, datetime) else None)


def _signal_report(signal: Signal) -> SignalReport:
    assert signal.started is not None  # noqa: S101 - timed signals only
    assert signal.ended is not None  # noqa: S101
    return SignalReport(
        signal.rule, signal.title, signal.level, signal.author, dict(signal.group), signal.started, signal.ended,
        signal.count,
    )  # fmt: skip


def _not_evaluated(state: Run, detected: Detected) -> tuple[NotEvaluated, ...]:
    assert state.rule_set is not None  # noqa: S101 - the order of STAGES
    broken = tuple(
        NotEvaluated(str(error.location or "rules"), f"{error.message} {error.hint or ''}".strip())
        for error in state.rule_set.errors
    )
    return (*broken, *state.rule_set.skipped, *detected.not_evaluated, *_timeless(detected))


def _timeless(detected: Detected) -> tuple[NotEvaluated, ...]:
    """Says what matched only rows without a time: when it was is unknown, so it makes no incident."""
    counted: dict[str, tuple[str, int]] = {}
    for signal in detected.signals:
        if signal.started is None:
            counted[signal.rule] = signal.title, counted.get(signal.rule, ("", 0))[1] + signal.count
    return tuple(
        NotEvaluated(rule, f"matched {count:,} events, none of which has a time, so no incident is made of it.", title)
        for rule, (title, count) in sorted(counted.items())
    )


def _status_minutes(exchanges: pl.DataFrame, width: int) -> tuple[StatusMinute, ...]:
    counted = (
        weighed(exchanges)
        .filter(is_exchange(), pl.col("timestamp").is_not_null())
        .select("timestamp", "status", WEIGHT)
        .group_by(
            start=pl.col("timestamp").dt.truncate(f"{width}s"),
            status_class=(pl.col("status") // 100).fill_null(0).cast(pl.Int64),
        )
        .agg(count=number())
        .sort("start", "status_class")
    )
    return tuple(StatusMinute(*row) for row in counted.select("start", "status_class", "count").iter_rows())


def _wanted(state: Run, diagnosis: Diagnosis, latency: Latency, noise: Sequence[Noise]) -> dict[Ref, str | None]:
    """Gives the refs whose lines the report quotes: all that sentences point at, then more failing lines."""
    wanted: dict[Ref, str | None] = {}
    for incident in diagnosis.incidents:
        for ref in cited_refs(incident, diagnosis.hops.get(incident.id, ())):
            wanted.setdefault(ref, incident.id)
    for series in latency.series:
        wanted.setdefault(series.slowest, None)
    for item in noise:
        if item.example:
            wanted.setdefault(item.example, None)
    for incident in diagnosis.incidents:
        room = min(_EXHIBITS_PER_INCIDENT, _MOST_EXHIBITS - len(wanted))
        if room <= 0:
            break
        for ref in _failing_refs(state, diagnosis.failing_rows[incident.id], room):
            wanted.setdefault(ref, incident.id)
    return wanted


def cited_refs(incident: Incident, hops: Sequence[Hop]) -> tuple[Ref, ...]:
    """Gives the places that the sentences about an incident point at, each once."""
    refs = [evidence.ref for evidence in _sentences(incident)]
    refs += [step.ref for step in incident.course]
    refs += [hop.ref for hop in hops]
    return tuple(dict.fromkeys(ref for ref in refs if ref is not None))


def _sentences(incident: Incident) -> tuple[Evidence, ...]:
    verdicts = tuple(evidence for verdict in incident.layers for evidence in verdict.evidence)
    single = tuple(item for item in (incident.preceding, incident.counter_example) if item is not None)
    return incident.root_evidence + verdicts + single + comparison(incident.separating)


def _failing_refs(state: Run, rows: tuple[int, ...], room: int) -> list[Ref]:
    assert state.exchanges is not None  # noqa: S101 - the order of STAGES
    assert state.joined is not None  # noqa: S101
    failing = state.exchanges.filter(pl.col("row").is_in(list(rows))).head(room).select("exchange")
    behind = state.joined.events.join(failing, on="exchange", how="semi", maintain_order="left").head(room)
    return [reference(*row) for row in behind.select("source", "line", "format").iter_rows()]
