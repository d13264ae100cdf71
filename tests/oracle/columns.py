"""The Python types of all columns that a rule may name, and rules that take any event for a request."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from analyzer import schema
from analyzer.detect import Logsource, load_rules
from analyzer.facts import fact_columns


def _types():
    """Gives the Python type of every canonical column and every fact, that of its elements for a list."""
    dtypes = schema.EVENTS | {column.name: column.dtype for column in fact_columns()}
    bare = {name: dtype.inner if isinstance(dtype, pl.List) else dtype for name, dtype in dtypes.items()}
    kinds = {pl.Boolean: bool, pl.String: str, pl.Float64: float, pl.Datetime("us", "UTC"): datetime}
    found = {name: kinds.get(dtype, int) for name, dtype in bare.items() if name not in ("kind", "source", "line")}
    return {**found, "cookie": str}


TYPES = _types()


def loaded(folder):
    """Loads rules without their logsources, which SQLite knows nothing of: every event is a request."""
    rules = load_rules([folder])
    assert [str(error) for error in rules.errors] == []
    requests = Logsource(category="webserver")
    return replace(rules, rules=tuple(replace(rule, logsource=requests, burst=None) for rule in rules.rules))
