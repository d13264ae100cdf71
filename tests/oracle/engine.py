"""Our engine on the same events: documents in, matching rows or alerts out."""

from __future__ import annotations

import json
from datetime import datetime

import polars as pl

from analyzer.detect import _correlate, detect, load_rules
from analyzer.detect._evaluate import evaluate

_TYPES = {
    int: pl.Int64,
    float: pl.Float64,
    bool: pl.Boolean,
    str: pl.String,
    datetime: pl.Datetime("us", "UTC"),
}


def frame(rows, types):
    """Gives the frame of some events, numbered in their order, all of them requests."""
    schema = {name: _TYPES[kind] for name, kind in types.items()}
    columns = {name: [row.get(name) for row in rows] for name in schema}
    events = pl.DataFrame(columns, schema=schema).with_row_index("row")
    defaults = {"kind": pl.lit("request"), "source": pl.lit("a.log"), "line": pl.col("row").cast(pl.Int64) + 1}
    return events.with_columns(**{name: each for name, each in defaults.items() if name not in types})


def load(folder, documents):
    """Reads documents as one file; JSON is YAML."""
    file = folder / "rules.yml"
    file.write_text("\n---\n".join(map(json.dumps, documents)), encoding="utf-8")
    return load_rules([file])


def matches(events, rules):
    """Gives the numbers of the matching rows by the rule's id; a rule without a match has no entry."""
    return {signal.rule: set(signal.rows.to_list()) for signal in detect(events, rules).signals}


def alerts(events, rules):
    """Gives, by the correlation's id, (group, begin, end, metric) of each alert, times in microseconds."""
    outcomes = _correlate.run(rules.correlations, evaluate(events, rules, {}))
    return {identity: _alerts_of(outcome) for identity, outcome in outcomes.items()}


def _alerts_of(outcome):
    keys = [f"key_{index}" for index in range(len(outcome.keys))]
    named = outcome.alerts.join(outcome.groups, on="group", how="left")
    return [
        (tuple(row[key] for key in keys), row["begin"], row["at"], row["metric"]) for row in named.iter_rows(named=True)
    ]
