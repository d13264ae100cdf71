"""Wires x-burst rules to the burst method: one series for each value of group-by, one signal for each burst."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer.detect import _buckets, _report, _says, _screen, _windows
from analyzer.detect._buckets import Axis
from analyzer.detect._burst import Burst, BurstSettings, find_bursts
from analyzer.detect._burst_path import RATIOS
from analyzer.detect._evaluate import Evaluated
from analyzer.detect._rule import BurstRequest, Rule
from analyzer.detect._signal import BurstFigures, Signal
from analyzer.model import Ratio

_SCREEN_FROM = 16  # below so many series the exact method is quicker than choosing
_PLAIN_COUNT_SCALE = 100  # requests per error that stand for "no denominator": a Poisson limit


@dataclass(frozen=True, slots=True)
class _Plan:
    """One rule's series: events (group, at, row, failed), groups (group, key_0 ...), the axis, and how to look."""

    rule: Rule
    request: BurstRequest
    events: pl.DataFrame
    groups: pl.DataFrame
    axis: Axis
    settings: BurstSettings

    def events_of(self, group: int, first: int, last: int) -> _report.Events:
        """Gives the errors of one group between two positions."""
        begin, end = self.axis.edges(first, last)
        errors = self.events.filter(
            pl.col("failed") & (pl.col("group") == group) & (pl.col("at") >= begin) & (pl.col("at") < end)
        )
        return _report.collect(errors)

    def group_of(self, group: int) -> tuple[tuple[str, str], ...]:
        """Gives the names and values of one group."""
        row = self.groups.filter(pl.col("group") == group).row(0, named=True)
        return tuple((name, row[f"key_{index}"]) for index, name in enumerate(self.request.group_by))


def report_bursts(
    rule: Rule, request: BurstRequest, evaluated: Evaluated, names: Mapping[str, str]
) -> tuple[list[Signal], list[str]]:
    """Gives the bursts of a rule as signals, and sentences on what was left out; names maps rule names to ids."""
    events, notes = _events(rule, request, evaluated, names)
    times = evaluated.events["at"].drop_nulls()
    if not int(events["failed"].sum()) >= request.min_errors:
        return [], notes
    keys = [f"key_{index}" for index in range(len(request.group_by))]
    events, groups = _windows.number_groups(events, keys, "group")
    span = int(times.max()) - int(times.min())  # type: ignore[arg-type]
    counts = _buckets.count_base(events)
    axis = _buckets.lay_axis(counts, _buckets.choose_seconds(span, request.bucket_seconds))
    series = _buckets.place(counts, axis)
    tested = series.group_by("group").agg(pl.col("errors").sum()).filter(pl.col("errors") >= request.min_errors)
    settings = BurstSettings(
        bucket_seconds=axis.seconds,
        alpha=request.alpha,
        min_errors=request.min_errors,
        local_seconds=request.local_seconds,
        series=max(1, tested.height),
    )
    plan = _Plan(rule, request, events, groups, axis, settings)
    chosen = _choose(series.join(tested, on="group", how="semi", maintain_order="left"), plan)
    return [signal for group in chosen for signal in _look(plan, series.filter(pl.col("group") == group))], notes


def _events(
    rule: Rule, request: BurstRequest, evaluated: Evaluated, names: Mapping[str, str]
) -> tuple[pl.DataFrame, list[str]]:
    failed = evaluated.masks[rule.about.id]
    if request.against == "all_requests":
        counted = evaluated.fitting[rule.logsource]
    else:
        counted = failed if request.against == "none" else failed | evaluated.masks[names[request.against]]
    keys = [pl.col(f"key:{name}").alias(f"key_{index}") for index, name in enumerate(request.group_by)]
    found = evaluated.events.select("row", "at", *keys).with_columns(failed.alias("failed")).filter(counted)
    notes = []
    needed = [("at", "timestamp"), *((f"key_{index}", name) for index, name in enumerate(request.group_by))]
    for column, name in needed:
        count = found.filter(pl.col("failed") & pl.col(column).is_null()).height
        if count:
            notes.append(f"{count:,} of {int(failed.sum()):,} matching events have no {name}.")
    return found.drop_nulls([column for column, _ in needed]), notes


def _choose(series: pl.DataFrame, plan: _Plan) -> Sequence[int]:
    groups = series["group"].unique().sort()
    # Plain counts have a denominator in every bucket, also in those that the series leaves out.
    if len(groups) < _SCREEN_FROM or plan.request.against == "none":
        return groups.to_list()
    cost = math.log(plan.axis.length * len(RATIOS) * plan.settings.series / plan.settings.alpha)
    return _screen.screen(series, plan.axis.length, cost).to_list()


def _look(plan: _Plan, series: pl.DataFrame) -> list[Signal]:
    group = int(series["group"][0])
    errors, requests = [0] * plan.axis.length, [0] * plan.axis.length
    for position, failed, total in series.select("position", "errors", "requests").iter_rows():
        errors[position], requests[position] = failed, total
    if plan.request.against == "none":
        requests = [max(errors) * _PLAIN_COUNT_SCALE] * plan.axis.length
    result = find_bursts(errors, requests, plan.settings)
    if result.no_baseline:
        return [] if plan.request.need_baseline else [_report_whole_log(plan, group, result.overall_rate)]
    return [_report_burst(plan, group, burst, requests[burst.first]) for burst in result.bursts]


def _report_whole_log(plan: _Plan, group: int, rate: float) -> Signal:
    about = plan.rule.about
    share = _says.write_share(rate)
    events = plan.events_of(group, 0, plan.axis.length - 1)
    keys = plan.group_of(group)
    of = " of {}".format(", ".join(f"{name} {value}" for name, value in keys)) if keys else ""
    title = f"{about.title}: the whole log runs at {share}"
    says = f"The whole log{of} runs at {share}, so there is no calm part to compare with."
    return replace(_report.build_whole_log(about, events, keys, title=title, says=says), rate=rate)


def _report_burst(plan: _Plan, group: int, burst: Burst, constant: int) -> Signal:
    plain = plan.request.against == "none"
    # Plain counts have no rate: errors a minute take its place.
    factor = constant * 60 / plan.axis.seconds if plain else 1.0
    begin, end = plan.axis.edges(burst.first, burst.last)
    figures = BurstFigures(
        begin=_report.exact_time(begin),
        end=_report.exact_time(end),
        bucket_seconds=plan.axis.seconds,
        errors=burst.errors,
        requests=burst.errors if plain else burst.requests,
        rate_inside=burst.rate * factor,
        rate_normal=burst.normal * factor,
        ratio=Ratio(burst.ratio, burst.ratio_low, burst.ratio_high),
        expected_by_chance=burst.expected_by_chance,
        dispersion=burst.dispersion,
        possible=burst.possible,
    )
    write = _write_per_minute if plain else _says.write_share
    says = {
        "rate": write(figures.rate_inside),
        "normal": write(figures.rate_normal),
        "ratio": _says.write_ratio(burst.ratio),
        "expected_by_chance": _says.write_chance(burst.expected_by_chance),
    }
    events = plan.events_of(group, burst.first, burst.last)
    signal = _report.build(plan.rule.about, events, plan.group_of(group), burst=figures, says=says)
    return replace(signal, rate=None if plain else burst.rate)


def _write_per_minute(rate: float) -> str:
    return f"{rate:,.0f} a minute" if rate >= 10 else f"{rate:.2g} a minute"
