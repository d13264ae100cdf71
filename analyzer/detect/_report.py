"""Turns matches, spans and bursts into signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import polars as pl

from analyzer.counted import WEIGHT, counted, number
from analyzer.detect import _correlate, _estimates, _says
from analyzer.detect._correlate import Outcome
from analyzer.detect._evaluate import Evaluated
from analyzer.detect._rule import About, Correlation, Rule
from analyzer.detect._signal import BurstFigures, Signal

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_at(microseconds: int | None) -> datetime | None:
    """Gives a time for microseconds since 1970, None where they lie outside the calendar."""
    try:
        return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None


def exact_time(microseconds: int) -> datetime:
    """Gives a time for microseconds since 1970; outside the calendar, the nearest time in it."""
    return time_at(microseconds) or (_LAST if microseconds > 0 else _FIRST)


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a signal: sorted row numbers, how many they are, first and last time in microseconds."""

    rows: pl.Series
    count: int
    first: int | None
    last: int | None


def collect(events: pl.DataFrame) -> Events:
    """Gives the events of a frame of row, at, weight."""
    rows = events["row"].sort().alias("row")
    first, last = events.select(pl.col("at").min().alias("first"), pl.col("at").max().alias("last")).row(0)
    return Events(rows, counted(events), first, last)


def build(  # noqa: PLR0913
    about: About,
    events: Events,
    group: tuple[tuple[str, str], ...] = (),
    *,
    peak: float | None = None,
    burst: BurstFigures | None = None,
    says: Mapping[str, str] | None = None,
) -> Signal:
    """Gives the signal of one rule in one group; says holds further values for the names in braces."""
    started, ended = time_at(events.first), time_at(events.last)
    count = events.count
    values = {
        **dict(group),
        "count": f"{count:,}",
        "peak": _says.write_number(count if peak is None else peak),
        "begin": _says.write_time(started),
        "end": _says.write_time(ended),
        "duration": _says.write_duration(started, ended),
        **(says or {}),
    }
    report = about.report
    return Signal(
        rule=about.id,
        title=about.title,
        level=about.level,
        author=about.author,
        layer=report.layer,
        family=about.family,
        says=_says.fill(report.says, values) if report.says else None,
        next_steps=report.next_steps,
        ask=report.ask,
        owner_hint=report.owner_hint,
        group=group,
        started=started,
        ended=ended,
        count=count,
        peak=count if peak is None else peak,
        rows=events.rows,
        burst=burst,
    )


def build_whole_log(
    about: About, events: Events, group: tuple[tuple[str, str], ...], *, title: str, says: str
) -> Signal:
    """Gives the signal for a log without a calm part: its own title and sentence take the place of the rule's."""
    signal = build(about, events, group)
    return replace(signal, title=title, says=says, whole_log=True)


def report_rule(rule: Rule, evaluated: Evaluated) -> list[Signal]:
    """Gives one signal for all matches of a rule, or none."""
    matches = evaluated.events.filter(evaluated.masks[rule.about.id]).select("row", "at", WEIGHT)
    return [build(rule.about, collect(matches))] if matches.height else []


def report_correlation(correlation: Correlation, outcomes: Mapping[str, Outcome], evaluated: Evaluated) -> list[Signal]:
    """Gives one signal for each span of neighbouring alerts in a group."""
    outcome = outcomes[correlation.about.id]
    if not outcome.alerts.height:
        return []
    spans = _correlate.merge(correlation, outcome).join(outcome.groups, on="group", how="left").sort("label")
    labelled = _correlate.find_rows(correlation.about.id, outcomes, spans)
    told = evaluated.events.select("row", "at", _estimates.weight_in(correlation.group_by))
    timed = labelled.join(told, on="row", how="left", maintain_order="left")
    # One pass over all spans: a correlation by client may have tens of thousands.
    rows, first, last = pl.col("row").sort(), pl.col("at").min().alias("first"), pl.col("at").max().alias("last")
    by_label = {
        label: Events(pl.Series("row", held, pl.UInt32), count, begin, end)
        for label, held, count, begin, end in timed.group_by("label").agg(rows, number(), first, last).iter_rows()
    }
    signals = []
    for span in spans.iter_rows(named=True):
        group = tuple((name, span[f"key_{index}"]) for index, name in enumerate(correlation.group_by))
        signals.append(build(correlation.about, by_label[span["label"]], group, peak=span["peak"]))
    return signals
