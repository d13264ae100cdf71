"""Runs correlations: events of the members, windows, alerts; an alert of one correlation is an event of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.counted import OWN, WEIGHT, percentile
from analyzer.detect import _estimates, _order, _prune, _terms, _windows
from analyzer.detect._correlation_condition import CALCULATED, holds
from analyzer.detect._evaluate import Evaluated, member_field
from analyzer.detect._rule import Correlation

_TYPES = {"key": pl.String(), "number": pl.Float64()}
_PLACE = {"group": pl.UInt32(), "at": pl.Int64()}
_CHILD = {"child": pl.Int32(), "child_group": pl.UInt32(), "child_begin": pl.Int64()}
_NO_EVENTS = pl.DataFrame(schema={**_PLACE, "row": pl.UInt32(), **_CHILD})
_NO_ALERTS = pl.DataFrame(schema={**_PLACE, "begin": pl.Int64(), "metric": pl.Float64()})
_ALERT_IDS = 2**40  # an alert's number as an event follows those of all rows


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a correlation found.

    keys: the names in group-by. groups: group and its keys as key_0, key_1 ... events: group, at, and row, or, for an
    alert of the member number `child`, that alert's child_group and child_begin. alerts: group, at, begin, metric.
    notes: sentences on what was not judged.
    """

    members: tuple[str, ...]
    keys: tuple[str, ...]
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
    limits = correlation.condition.limits
    smallest = bool(limits) and all(name in ("lt", "lte") for name, _ in limits)
    return _windows.merge_alerts(outcome.alerts, smallest=smallest)


def find_rows(identity: str, outcomes: Mapping[str, Outcome], spans: pl.DataFrame) -> pl.DataFrame:
    """Gives label and row of all events in the spans (group, label, begin, end), down through chained correlations."""
    inside = _windows.find_in_spans(outcomes[identity].events, spans)
    return _rows_behind(inside, outcomes[identity], outcomes).unique().sort("label", "row")


def _rows_behind(inside: pl.DataFrame, outcome: Outcome, outcomes: Mapping[str, Outcome]) -> pl.DataFrame:
    found = [inside.filter(pl.col("child").is_null()).select("label", "row")]
    for number in sorted(inside["child"].drop_nulls().unique()):
        child = outcomes[outcome.members[number]]
        windows = inside.filter(pl.col("child") == number).select(
            pl.col("child_group").alias("group"), "label", pl.col("child_begin").alias("begin"), "at"
        )
        found.append(_rows_behind(_windows.find_in_windows(child.events, windows), child, outcomes))
    return pl.concat(found)


def list_events(correlation: Correlation, evaluated: Evaluated, outcomes: Mapping[str, Outcome]) -> pl.DataFrame:
    """Gives the events of all members: at, event, weight, own, member, the keys, and the value or number of each."""
    parts = [
        _alert_events(correlation, number, outcomes[member], evaluated)
        if member in outcomes
        else _row_events(correlation, number, evaluated)
        for number, member in enumerate(correlation.rules)
    ]
    return _add_values(correlation, pl.concat(parts))


def _run_one(correlation: Correlation, evaluated: Evaluated, outcomes: Mapping[str, Outcome]) -> Outcome:
    # Most correlations have no event in most logs, and even steps over no rows take their time.
    if not any(_has_events(member, evaluated, outcomes) for member in correlation.rules):
        return _nothing(correlation, [])
    found = list_events(correlation, evaluated, outcomes)
    keys = [f"key_{index}" for index in range(len(correlation.group_by))]
    notes = _notes(correlation, found, keys)
    found = found.with_columns(_estimates.weight_in(correlation.group_by))
    found = _prune.keep(correlation, found.drop_nulls(["at", *keys]), keys)
    if not found.height:
        return _nothing(correlation, notes)
    found, groups = _windows.number_groups(found, keys, "group")
    alerts, undecided = _alerts(correlation, found)
    events = _evidence(correlation, found)
    return Outcome(correlation.rules, correlation.group_by, groups, events, alerts, (*notes, *undecided))


def _has_events(member: str, evaluated: Evaluated, outcomes: Mapping[str, Outcome]) -> bool:
    return outcomes[member].alerts.height > 0 if member in outcomes else bool(evaluated.masks[member].any())


def _nothing(correlation: Correlation, notes: Sequence[str]) -> Outcome:
    """Gives the outcome without an alert; a window stands at an event, so there is none without events."""
    keys = dict.fromkeys((f"key_{index}" for index in range(len(correlation.group_by))), pl.String())
    groups = pl.DataFrame(schema={"group": pl.UInt32(), **keys})
    return Outcome(correlation.rules, correlation.group_by, groups, _NO_EVENTS, _NO_ALERTS, tuple(notes))


def _evidence(correlation: Correlation, found: pl.DataFrame) -> pl.DataFrame:
    if correlation.condition.terms:
        wanted = sorted({number for term in correlation.condition.terms for number in term.wanted})
        found = found.filter(pl.col("member").is_in(wanted))
    return found.select("group", "at", "row", "child", "child_group", "child_begin").unique()


def _alerts(correlation: Correlation, found: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Gives group, at, begin, metric, and sentences on windows that could not be judged."""
    condition, span = correlation.condition, correlation.timespan_us
    if condition.terms:
        ordered = correlation.type == "temporal_ordered"
        alerts, count = _terms.find_alerts(found, condition.terms, span, ordered=ordered)
        total = _number_of_events(found)
        note = f"The log ends too early after {count:,} of {total:,} matching events to tell what followed."
        return alerts, [note] if count else []
    if correlation.type == "temporal_ordered":
        return _order.find_chains(found, range(len(correlation.rules)), span), []
    windows = _measure(correlation, found)
    for name, value in condition.limits:
        windows = windows.filter(holds(name, value, pl.col("metric")))
    return _leave_undecided(correlation, _windows.add_begin(windows, found, span), found)


def _measure(correlation: Correlation, found: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("number")
    total = (number * pl.col(WEIGHT)).sum()
    metrics = {
        "value_sum": pl.when(number.count() > 0).then(total),
        "value_avg": total / pl.col(WEIGHT).filter(number.is_not_null()).sum(),
        "value_percentile": percentile(number, (correlation.condition.percentile or 0) / 100),
    }
    if correlation.type in metrics:
        return _windows.calculate(found, correlation.timespan_us, metrics[correlation.type])
    return _windows.count_distinct(found, correlation.timespan_us)


def _row_events(correlation: Correlation, number: int, evaluated: Evaluated) -> pl.DataFrame:
    member = correlation.rules[number]
    return evaluated.events.filter(evaluated.masks[member]).select(
        "at",
        "origin",
        "opens",
        "closes",
        pl.col("row").cast(pl.Int64).alias("event"),
        WEIGHT,
        OWN,
        pl.lit(number, pl.Int32).alias("member"),
        "row",
        pl.lit(None, pl.Int32).alias("child"),
        pl.lit(None, pl.UInt32).alias("child_group"),
        pl.lit(None, pl.Int64).alias("child_begin"),
        *_fields(correlation, member, pl.col),
    )


def _alert_events(correlation: Correlation, number: int, child: Outcome, evaluated: Evaluated) -> pl.DataFrame:
    member = correlation.rules[number]
    names = child.keys
    alerts = child.alerts.join(child.groups, on="group", how="left").with_row_index("number")
    return alerts.select(
        "at",
        pl.lit(-number - 1, pl.Int64).alias("origin"),  # alerts of one member are ordered by time alone
        pl.lit(evaluated.events["opens"].min(), pl.Int64).alias("opens"),
        pl.lit(evaluated.events["closes"].max(), pl.Int64).alias("closes"),
        (pl.col("number").cast(pl.Int64) + (number + 1) * _ALERT_IDS).alias("event"),
        pl.lit(1, pl.Int64).alias(WEIGHT),
        pl.lit(1, pl.Int64).alias(OWN),
        pl.lit(number, pl.Int32).alias("member"),
        pl.lit(None, pl.UInt32).alias("row"),
        pl.lit(number, pl.Int32).alias("child"),
        pl.col("group").alias("child_group"),
        pl.col("begin").alias("child_begin"),
        *_fields(correlation, member, lambda name: pl.col(f"key_{names.index(name.partition(':')[2])}")),
    )


def _fields(correlation: Correlation, member: str, column: Callable[[str], pl.Expr]) -> list[pl.Expr]:
    calculated = correlation.type in CALCULATED
    named = [(f"key_{index}", "key", name) for index, name in enumerate(correlation.group_by)]
    named += [
        ("number", "number", name) if calculated else (f"field_{index}", "key", name)
        for index, name in enumerate(correlation.condition.fields)
    ]
    return [
        (column(f"{form}:{member_field(correlation, member, name)}")).cast(_TYPES[form], strict=False).alias(alias)
        for alias, form, name in named
    ]


def _notes(correlation: Correlation, found: pl.DataFrame, keys: list[str]) -> list[str]:
    total = _number_of_events(found)
    named = [("at", "timestamp"), *zip(keys, correlation.group_by, strict=True)]
    counts = (*correlation.group_by, *correlation.condition.fields)
    notes = _estimates.of_windows(counts, correlation.timespan_us, found["event"].n_unique(), total)
    for column, name in named:
        count = _number_of_events(found.filter(pl.col(column).is_null()))
        if count:
            notes.append(f"{count:,} of {total:,} matching events have no {name}.")
    return notes


def _number_of_events(found: pl.DataFrame) -> int:
    """Counts events, each once although it may be one of several members."""
    return int(found.select(pl.col(WEIGHT).filter(pl.col("event").is_first_distinct()).sum()).item())


def _add_values(correlation: Correlation, found: pl.DataFrame) -> pl.DataFrame:
    if correlation.type == "event_count":
        return found.with_columns(
            pl.col("event").alias("value"), _estimates.weight_in(correlation.group_by).alias("amount")
        )
    # Of what several events have in common one is as good as many.
    found = found.with_columns(pl.lit(1, pl.Int64).alias("amount"))
    if correlation.type != "value_count":
        return found.with_columns(pl.col("member").cast(pl.Int64).alias("value"))
    fields = [f"field_{index}" for index in range(len(correlation.condition.fields))]
    numbered, _ = _windows.number_groups(found, fields, "value")
    whole = pl.all_horizontal([pl.col(field).is_not_null() for field in fields])
    return numbered.with_columns(pl.when(whole).then(pl.col("value").cast(pl.Int64)))


def _leave_undecided(
    correlation: Correlation, alerts: pl.DataFrame, found: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    # Where less is what alerts, a window that began before its source did would always alert.
    if all(name in ("gt", "gte") for name, _ in correlation.condition.limits):
        return alerts, []
    opens = found.group_by("group", "at").agg(pl.col("opens").min())
    with_opens = alerts.join(opens, on=["group", "at"], how="left")
    whole = pl.col("at") - correlation.timespan_us >= pl.col("opens")
    decided = with_opens.filter(whole).drop("opens").sort("group", "at")
    count = alerts.height - decided.height
    note = f"{count:,} windows at the beginning of the log are too short to be judged."
    return decided, [note] if count else []
