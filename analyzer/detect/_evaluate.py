"""Evaluates all rules over one frame in one pass, and tells which of them could not be judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from analyzer.detect import _doubts, _fields, _logsource
from analyzer.detect._expressions import compile_bounds, compile_mask
from analyzer.detect._forms import Columns
from analyzer.detect._rule import Correlation, Logsource, Rule, RuleSet
from analyzer.schema import TIMESTAMP

_BASE = {"row": pl.UInt32(), "timestamp": TIMESTAMP, "source": pl.String()}


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the rules gave.

    events: row, at (microseconds since 1970, null without a timestamp), opens (the first `at` of its source) and one
    text column `key:<field>` for each field that groups or counts; one row per event, in the order of the frame.
    masks: rows that match, by rule id. fitting: rows that a logsource fits. doubts: sentences by rule id.
    """

    events: pl.DataFrame
    masks: Mapping[str, pl.Series]
    fitting: Mapping[Logsource, pl.Series]
    doubts: Mapping[str, str]


def evaluate(frame: pl.DataFrame, rules: RuleSet, missing: Mapping[str, frozenset[str]]) -> Evaluated:
    """Gives masks, group keys and doubts for all rules; every expression runs in one select."""
    frame = _with_base(frame)
    columns = Columns(frame.schema)
    nodes = [(rule, compile_mask(rule.node, columns)) for rule in rules.rules]
    keys = [columns.joined(_fields.resolve(name)).alias(f"key:{name}") for name in _key_names(rules)]
    unknowns = _doubts.Unknowns(frame, columns, missing)
    bounds = {
        rule.about.id: compile_bounds(rule.node, columns, unknowns.where)
        for rule in rules.rules
        if unknowns.concerns(rule.node)
    }
    fits = {rule.logsource: _logsource.fits(rule.logsource, frame.schema) for rule in rules.rules}
    work = columns.add_to(frame, *_BASE, "kind", "product", "message", "level")
    logsources = work.select(expr.alias(str(index)) for index, expr in enumerate(fits.values()))
    logsources = _broadcast(logsources, work.height)
    fitting = dict(zip(fits, logsources, strict=True))
    found = _broadcast(work.select(*[mask.alias(str(index)) for index, (_, mask) in enumerate(nodes)]), work.height)
    masks = {rule.about.id: found[str(index)] & fitting[rule.logsource] for index, (rule, _) in enumerate(nodes)}
    events = work.select(
        "row",
        pl.col("timestamp").dt.epoch("us").alias("at"),
        pl.col("timestamp").dt.epoch("us").min().over("source").alias("opens"),
        *keys,
    )
    doubts = {
        rule.about.id: unknowns.tell(rule.node, bounds[rule.about.id], work, fitting[rule.logsource])
        for rule in rules.rules
        if rule.about.id in bounds
    }
    return Evaluated(events, masks, fitting, {key: doubt for key, doubt in doubts.items() if doubt})


def _with_base(frame: pl.DataFrame) -> pl.DataFrame:
    if "row" not in frame.columns:
        frame = frame.with_row_index("row")
    absent = {name: pl.lit(None, dtype=dtype) for name, dtype in _BASE.items() if name not in frame.columns}
    return frame.with_columns(**absent)


def _broadcast(frame: pl.DataFrame, height: int) -> pl.DataFrame:
    # A select of literals alone has one row.
    return frame if frame.height == height else pl.concat([frame] * height) if height else frame.clear()


def _key_names(rules: RuleSet) -> list[str]:
    names: set[str] = set()
    for rule in rules.rules:
        names.update(rule.burst.group_by if rule.burst else ())
    for correlation in rules.correlations:
        names.update(member_field(correlation, rule, name) for rule in correlation.rules for name in _asked(correlation))
    return sorted(names)


def _asked(correlation: Correlation) -> Iterable[str]:
    return (*correlation.group_by, *correlation.fields)


def member_field(correlation: Correlation, rule: str, name: str) -> str:
    """Gives the field of a member that a name in group-by or field means."""
    return correlation.aliases.get(name, {}).get(rule, name)


def is_reported(rule: Rule | Correlation, hidden: frozenset[str]) -> bool:
    """Whether matches are signals of their own: not informational, and no member of a correlation that hides them."""
    return rule.about.level != "informational" and rule.about.id not in hidden


def hidden_members(rules: RuleSet) -> frozenset[str]:
    """Gives the rules that are reported only through correlations."""
    shown = {member for each in rules.correlations if each.generate for member in each.rules}
    return frozenset(member for each in rules.correlations for member in each.rules) - shown
