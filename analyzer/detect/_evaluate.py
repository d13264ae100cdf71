"""Evaluates all rules over one frame in one pass, and tells which of them could not be judged."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.counted import OWN, WEIGHT, weighed
from analyzer.detect import _doubts, _fields, _logsource
from analyzer.detect._correlation_condition import CALCULATED
from analyzer.detect._earlier import Earlier
from analyzer.detect._expressions import compile_bounds, compile_mask
from analyzer.detect._forms import Columns, is_list
from analyzer.detect._rule import Correlation, Logsource, Rule, RuleSet
from analyzer.schema import TIMESTAMP

_BASE = {"row": pl.UInt32(), "timestamp": TIMESTAMP, "source": pl.String()}


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the rules gave.

    events: row, weight, own (what of it the row's client sent itself), at (microseconds since 1970, null without a
    timestamp), origin (a number of its source), opens and closes (the first and the last `at` of its source), fresh (no
    earlier run read it), a text column `key:<field>` for each field that groups or counts, and a column
    `number:<field>` (Float64) for each that is calculated with; one row per row of the frame, in its order.
    masks: rows that match, by rule id. fitting: rows that a logsource fits. doubts: sentences by rule id.
    coarsest_seconds: the stretch of time within which weights are exact, 0 where each row is one event.
    """

    events: pl.DataFrame
    masks: Mapping[str, pl.Series]
    fitting: Mapping[Logsource, pl.Series]
    doubts: Mapping[str, str]
    coarsest_seconds: int = 0


def evaluate(
    frame: pl.DataFrame,
    rules: RuleSet,
    missing: Mapping[str, frozenset[str]],
    coarsest_seconds: int = 0,
    earlier: Earlier | None = None,
) -> Evaluated:
    """Gives masks, group keys and doubts for all rules; every expression runs in one select."""
    fresh = pl.lit(value=True) if earlier is None else frame.select(fresh=earlier.fresh())["fresh"]
    frame = _with_base(frame)
    fitting = _fit(frame, rules.rules)
    fitted = [rule for rule in rules.rules if fitting[rule.logsource].any()]
    columns = Columns(frame.schema)
    masks = {rule.about.id: compile_mask(rule.node, columns) for rule in fitted}
    keys = {f"key:{name}": columns.joined(_fields.resolve(name)) for name in _key_names(rules)}
    keys |= {f"number:{name}": _number(columns, name) for name in _names(rules, _calculated)}
    unknowns = _doubts.Unknowns(frame, columns, missing)
    doubtful = [
        (rule, compile_bounds(rule.node, columns, unknowns.where)) for rule in fitted if unknowns.concerns(rule.node)
    ]
    work = columns.add_to(frame, *_BASE, WEIGHT, OWN)
    found = _match(work, rules.rules, masks, fitting)
    doubts = {}
    for rule, bounds in doubtful:
        match, fits = found[rule.about.id], fitting[rule.logsource]
        doubts[rule.about.id] = unknowns.tell(rule.node, bounds, work, match, fits)
    return Evaluated(
        events=_list_events(work, keys).with_columns(fresh=fresh),
        masks=found,
        fitting=fitting,
        doubts={identity: doubt for identity, doubt in doubts.items() if doubt},
        coarsest_seconds=coarsest_seconds,
    )


def matches_any(frame: pl.DataFrame, rules: RuleSet) -> pl.Series:
    """Tells the rows that at least one rule matches; frame is what evaluate takes."""
    frame = _with_base(frame)
    fitting = _fit(frame, rules.rules)
    columns = Columns(frame.schema)
    masks = {rule.about.id: compile_mask(rule.node, columns) for rule in rules.rules if fitting[rule.logsource].any()}
    found = _match(columns.add_to(frame, *_BASE), rules.rules, masks, fitting)
    nothing = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    return functools.reduce(operator.or_, found.values(), nothing)


def _fit(frame: pl.DataFrame, rules: Sequence[Rule]) -> dict[Logsource, pl.Series]:
    logsources = list(dict.fromkeys(rule.logsource for rule in rules))
    expressions = [_logsource.fits(each, frame.schema).alias(str(index)) for index, each in enumerate(logsources)]
    found = frame.select("row", *expressions)
    return {logsource: found[str(index)] for index, logsource in enumerate(logsources)}


def _match(
    work: pl.DataFrame, rules: Sequence[Rule], masks: Mapping[str, pl.Expr], fitting: Mapping[Logsource, pl.Series]
) -> dict[str, pl.Series]:
    found = work.select("row", *[mask.alias(f"mask:{identity}") for identity, mask in masks.items()])
    nothing = pl.repeat(False, work.height, dtype=pl.Boolean, eager=True)
    return {
        rule.about.id: found[f"mask:{rule.about.id}"] & fitting[rule.logsource] if rule.about.id in masks else nothing
        for rule in rules
    }


def _list_events(work: pl.DataFrame, keys: Mapping[str, pl.Expr]) -> pl.DataFrame:
    at = pl.col("timestamp").dt.epoch("us")
    named = [key.alias(name) for name, key in keys.items()]
    origin = pl.col("source").rank("dense").cast(pl.Int64).fill_null(0).alias("origin")
    return work.select(
        "row",
        WEIGHT,
        OWN,
        at.alias("at"),
        origin,
        at.min().over("source").alias("opens"),
        at.max().over("source").alias("closes"),
        *named,
    )


def _number(columns: Columns, name: str) -> pl.Expr:
    """Gives a field as a number in its own unit; the elements of a list add up."""
    field = _fields.resolve(name)
    value = columns.form(field, "number")
    if is_list(columns.dtype(field)):
        value = pl.when(value.list.drop_nulls().list.len() > 0).then(value.list.sum())
    number = value.cast(pl.Float64, strict=False)
    return number if field.scale == 1 else number * field.scale.denominator / field.scale.numerator


def _with_base(frame: pl.DataFrame) -> pl.DataFrame:
    if "row" not in frame.columns:
        frame = frame.with_row_index("row")
    absent = {name: pl.lit(None, dtype=dtype) for name, dtype in _BASE.items() if name not in frame.columns}
    if OWN not in frame.columns:
        absent[OWN] = pl.lit(None, pl.Int64)
    return weighed(frame.with_columns(**absent))


def _key_names(rules: RuleSet) -> list[str]:
    bursts = {name for rule in rules.rules if rule.burst for name in rule.burst.group_by}
    return sorted(bursts.union(_names(rules, _grouped)))


def _names(rules: RuleSet, asked: Callable[[Correlation], Iterable[str]]) -> list[str]:
    names = (
        member_field(correlation, rule, name)
        for correlation in rules.correlations
        for rule in correlation.rules
        for name in asked(correlation)
    )
    return sorted(set(names))


def _grouped(correlation: Correlation) -> Iterable[str]:
    return correlation.group_by if _calculated(correlation) else (*correlation.group_by, *correlation.condition.fields)


def _calculated(correlation: Correlation) -> Iterable[str]:
    return correlation.condition.fields if correlation.type in CALCULATED else ()


def member_field(correlation: Correlation, rule: str, name: str) -> str:
    """Gives the field of a member that a name in group-by or field means."""
    return correlation.aliases.get(name, {}).get(rule, name)


def reported(rules: RuleSet) -> tuple[Rule | Correlation, ...]:
    """Gives the rules and correlations whose matches are signals of their own."""
    hidden = hidden_members(rules)
    return tuple(rule for rule in rules.everything if is_reported(rule, hidden))


def is_reported(rule: Rule | Correlation, hidden: frozenset[str]) -> bool:
    """Whether matches are signals of their own: not informational, and no member of a correlation that hides them."""
    return rule.about.level != "informational" and rule.about.id not in hidden


def hidden_members(rules: RuleSet) -> frozenset[str]:
    """Gives the rules that are reported only through correlations."""
    shown = {member for each in rules.correlations if each.generate for member in each.rules}
    return frozenset(member for each in rules.correlations for member in each.rules) - shown
