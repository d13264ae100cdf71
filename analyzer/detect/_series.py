"""Wires x-burst rules to the burst method: one series for each value of group-by, one signal for each burst."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.counted import OWN, WEIGHT, counted, share_where
from analyzer.detect import _buckets, _burst_signals, _estimates, _report, _screen, _windows
from analyzer.detect._buckets import Axis
from analyzer.detect._burst import BurstSettings, find_bursts
from analyzer.detect._burst_path import RATIOS
from analyzer.detect._burst_signals import Place
from analyzer.detect._earlier import Earlier
from analyzer.detect._evaluate import Evaluated
from analyzer.detect._rule import BurstRequest, Rule
from analyzer.detect._signal import Signal

_MOST_SERIES = 250  # an exact look costs 30 to 60 ms
_MOST_WHOLE_LOGS = 10
_SCREEN_FROM = 16  # below so many series the exact method is quicker than choosing
_KNOWN_OF_OTHERS = 0.5  # of the others, relative to how many of the errors name the group
_PLAIN_COUNT_SCALE = 100  # requests per error that stand for "no denominator": a Poisson limit


@dataclass(frozen=True, slots=True)
class _Plan:
    """One rule's series: events (group, at, row, weight, failed), groups (group, key_0 ...), axis, and how to look."""

    rule: Rule
    request: BurstRequest
    events: pl.DataFrame
    groups: pl.DataFrame
    axis: Axis
    settings: BurstSettings

    def place(self, group: int, first: int, last: int) -> Place:
        """Gives the errors of one group between two positions, and the edges of those."""
        begin, end = self.axis.edges(first, last)
        errors = self.events.filter(
            pl.col("failed") & (pl.col("group") == group) & (pl.col("at") >= begin) & (pl.col("at") < end)
        )
        return Place(self.rule.about, self.group_of(group), _report.collect(errors), begin, end, self.axis.seconds)

    def group_of(self, group: int) -> tuple[tuple[str, str], ...]:
        """Gives the names and values of one group."""
        row = self.groups.filter(pl.col("group") == group).row(0, named=True)
        return tuple((name, row[f"key_{index}"]) for index, name in enumerate(self.request.group_by))


@dataclass(frozen=True, slots=True)
class Bursts:
    """The bursts of a rule as signals, sentences on what was left out, and its counts for later runs, if asked for."""

    signals: list[Signal]
    notes: list[str]
    counts: pl.DataFrame | None = None


def report_bursts(
    rule: Rule, request: BurstRequest, evaluated: Evaluated, names: Mapping[str, str], earlier: Earlier | None = None
) -> Bursts:
    """Looks for bursts; names maps rule names to ids, earlier tells what is normal from before these events."""
    events, notes = _events(rule, request, evaluated, names)
    covered = _covered(rule, request, evaluated, events)
    keys = [f"key_{index}" for index in range(len(request.group_by))]
    events, groups = _windows.number_groups(events, keys, "group")
    told = None
    if earlier is not None:
        groups = earlier.named(groups, keys)
        told = earlier.count(rule.about.id, events, groups, covered if request.against == "none" else None)
    failing = events.filter("failed")
    # What failed in earlier runs only was told by them.
    if failing.is_empty() or (told is None and counted(failing) < request.min_errors):
        return Bursts([], notes, told)
    counts = _buckets.count_base(events) if told is None else _of_groups(told, groups)
    bases = _buckets.number_base(covered["at"]) if told is None else told.select(pl.col("base").unique().sort())
    seconds = _buckets.choose_seconds(_span(covered, told), request.bucket_seconds)
    axis = _buckets.lay_axis(bases, _buckets.hold_whole(seconds, evaluated.coarsest_seconds))
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
    tested = tested.filter(pl.col("group").is_in(failing["group"].unique().implode()))
    chosen = _choose(series.join(tested, on="group", how="semi", maintain_order="left"), plan)
    looked, more = _most(chosen, tested, _MOST_SERIES)
    if more:
        notes.append(f"{more:,} of {len(chosen):,} series were not looked at: they have the fewest matching events.")
    parts = series.filter(pl.col("group").is_in(looked)).partition_by("group", maintain_order=True)
    found = [signal for part in parts for signal in _look(plan, part)]
    return Bursts(*_limit_whole_logs([signal for signal in found if signal.count], notes), told)


def _of_groups(told: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Gives the counts of the groups that these events belong to: group, base, errors, requests."""
    here = told.rename({"group": "name"}).join(groups.select("name", "group"), on="name")
    return here.select("group", "base", "errors", "requests").sort("group", "base")


def _span(covered: pl.DataFrame, told: pl.DataFrame | None) -> int:
    """Gives the time from the first to the last event, in microseconds; of earlier ones to their bucket."""
    if told is None:
        return _buckets.measure_span(covered["at"])
    return _buckets.measure_span(told["base"]) * _buckets.BASE_SECONDS * 1_000_000


def _events(
    rule: Rule, request: BurstRequest, evaluated: Evaluated, names: Mapping[str, str]
) -> tuple[pl.DataFrame, list[str]]:
    failed = evaluated.masks[rule.about.id]
    if request.against == "all_requests":
        considered = evaluated.fitting[rule.logsource]
    else:
        considered = failed if request.against == "none" else failed | evaluated.masks[names[request.against]]
    keys = [pl.col(f"key:{name}").alias(f"key_{index}") for index, name in enumerate(request.group_by)]
    found = (
        evaluated.events.select("row", "at", "origin", "fresh", WEIGHT, OWN, *keys)
        .with_columns(failed.alias("failed"))
        .filter(considered)
    )
    needed = [("at", "timestamp"), *((f"key_{index}", name) for index, name in enumerate(request.group_by))]
    notes = []
    for column, name in needed[1:] if request.against != "none" else ():
        lone = found.select(
            pl.col("failed") & pl.col(column).is_not_null() & _is_told_of_errors_only(column)
        ).to_series()
        if lone.any():
            notes.append(
                f"{counted(found, lone):,} matching events name a {name} that the others beside them do not name."
            )
            found = found.filter(~lone)
    total = counted(evaluated.events, failed)
    for column, name in needed:
        count = counted(found, pl.col("failed") & pl.col(column).is_null())
        if count:
            notes.append(f"{count:,} of {total:,} matching events have no {name}.")
    notes += _estimates.of_groups(request.group_by, found.height, counted(found))
    found = found.with_columns(_estimates.weight_in(request.group_by)).drop("origin", OWN)
    return found.drop_nulls([column for column, _ in needed]), notes


def _is_told_of_errors_only(key: str) -> pl.Expr:
    """Tells errors with a group that their source hardly names for the others.

    A host that only error lines and crash records name stands beside failures alone: counted against those, all fails.
    """
    known, failed = pl.col(key).is_not_null(), pl.col("failed")
    others, errors = (share_where(pl.when(side).then(known)) for side in (~failed, failed))
    return known & failed & (others < _KNOWN_OF_OTHERS * errors).fill_null(value=False).over("origin")


def _covered(rule: Rule, request: BurstRequest, evaluated: Evaluated, events: pl.DataFrame) -> pl.DataFrame:
    """Gives at and fresh of the lines by which the log is known to run: for plain counts, of all its lines."""
    if request.against != "none":
        return events.select("at", "fresh")
    return evaluated.events.filter(evaluated.fitting[rule.logsource]).select("at", "fresh").drop_nulls("at")


def _most(groups: Sequence[int], tested: pl.DataFrame, most: int) -> tuple[list[int], int]:
    """Gives the groups with the most errors, in their order, and how many are left out."""
    if len(groups) <= most:
        return list(groups), 0
    counted = tested.filter(pl.col("group").is_in(list(groups))).sort("errors", "group", descending=[True, False])
    return sorted(counted["group"].head(most)), len(groups) - most


def _limit_whole_logs(signals: list[Signal], notes: list[str]) -> tuple[list[Signal], list[str]]:
    """Leaves out all but the largest groups that fail throughout: where nothing is calm, one more tells nothing new."""
    throughout = sorted((signal for signal in signals if signal.whole_log), key=lambda signal: -signal.count)
    gone = {id(signal) for signal in throughout[_MOST_WHOLE_LOGS:]}
    if not gone:
        return signals, notes
    count = f"{len(gone):,} of {len(throughout):,} series"
    told = f"{count} without a baseline are not told: they have the fewest matching events."
    return [signal for signal in signals if id(signal) not in gone], [*notes, told]


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
    constant = requests[0] * 60 / plan.axis.seconds if plan.request.against == "none" else None
    if result.no_baseline:
        if plan.request.need_baseline:
            return []
        place = plan.place(group, 0, plan.axis.length - 1)
        return [_burst_signals.report_whole_log(place, result.overall_rate, constant)]
    return [
        _burst_signals.report_burst(plan.place(group, burst.first, burst.last), burst, constant)
        for burst in result.bursts
    ]
