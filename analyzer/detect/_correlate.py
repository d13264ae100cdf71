"""Runs correlations: events of the members, windows, alerts; an alert of one correlation is an event of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.detect import _windows
from analyzer.detect._correlation_section import holds
from analyzer.detect._evaluate import Evaluated, member_field
from analyzer.detect._rule import Correlation

_EVENT_ID_BITS = 40  # an alert's number follows those of all rows


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a correlation found.

    groups: group and its keys as key_0, key_1 ... events: group, at, and row, or (for an alert of the member number
    `child`) that alert's group and begin. alerts: group, at, begin, metric. notes: what could not be judged.
    """

    groups: pl.DataFrame
    events: pl.DataFrame
    alerts: pl.DataFrame
    notes: tuple[str, ...]


def run(correlations: Sequence[Correlation], evaluated: Evaluated) -> dict[str, Outcome]:
    """Gives the outcome of each correlation by id; members that are correlations come before those that use them."""
    outcomes: dict[str, Outcome] = {}
    for correlation in correlations:
        outcomes[correlation.about.id] = _run_one(correlation, evaluated, outcomes)
    return outcomes


def merge(correlation: Correlation, outcome: Outcome) -> pl.DataFrame:
    """Gives the spans of neighbouring alerts: group, label, begin, end, peak."""
    smallest = all(name in ("lt", "lte") for name, _ in correlation.condition)
    return _windows.merge_alerts(outcome.alerts, smallest=smallest)


def find_rows(
    correlation: Correlation, outcomes: Mapping[str, Outcome], spans: pl.DataFrame, *, apart: bool = True
) -> pl.DataFrame:
    """Gives label and row for all events behind the spans, down through chained correlations.

    apart: the spans of one group do not overlap.
    """
    outcome = outcomes[correlation.about.id]
    if apart:
        inside = _windows.find_in_spans(outcome.events, spans)
    else:
        joined = outcome.events.join(spans.rename({"begin": "span_begin"}), on="group")
        inside = joined.filter(pl.col("at").is_between("span_begin", "end"))
    found = [inside.filter(pl.col("child").is_null()).select("label", "row")]
    for number in sorted(inside["child"].drop_nulls().unique()):
        member = inside.filter(pl.col("child") == number)
        below = member.select(
            pl.col("child_group").alias("group"), pl.col("child_begin").alias("begin"), pl.col("at").alias("end"), "label"
        )
        child = outcome_of_child(correlation, number)
        found.append(_rows_below(child, outcomes, below))
    return pl.concat(found).unique().sort("label", "row")
