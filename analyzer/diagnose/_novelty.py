"""Finds what most failing requests have and no request before them had: a server, a program, a key, a host."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl

from analyzer.counted import WEIGHT, counted, number, weighed
from analyzer.diagnose import _agents as agents
from analyzer.diagnose._moments import apart
from analyzer.diagnose.noise import reference
from analyzer.model import Evidence

_MOST = 0.5
_NEAR = timedelta(seconds=60)
_HISTORY, _HISTORY_LONG = 20, timedelta(seconds=15)
# Shown name: column, and what is new about it.
_WATCHED: dict[str, tuple[str, pl.Expr]] = {
    "server behind": ("upstream", pl.col("upstream")),
    "key id of the token": ("token_kid", pl.col("token_kid")),
    "client version": ("client_version", pl.col("client_version")),
    "program": ("user_agent", agents.version()),
    "host": ("host", pl.col("host")),
}


def find_novelty(exchanges: pl.DataFrame, failing: pl.DataFrame, started: datetime) -> Evidence | None:
    """Gives the first appearance of a value that most failing requests have, up to a minute before the first failure.

    Only where the same source had written other values for a while: at the beginning of a log everything is new.
    """
    for shown, (column, value) in _WATCHED.items():
        wanted = _of_most(failing, column, value)
        found = None if wanted is None else _first_of(exchanges, column, value, wanted, started)
        if found is not None:
            place = reference(found["source"], found["line"], found["format"])
            text = f"{apart(found['timestamp'], started)}: the {shown} {wanted} appears for the first time"
            return Evidence(text, place)
    return None


def _of_most(failing: pl.DataFrame, column: str, value: pl.Expr) -> str | None:
    """Gives the value that most failing requests have."""
    if failing[column].null_count() == failing.height:
        return None
    values = weighed(failing).select(_key(column), WEIGHT).select(WEIGHT, value=value).drop_nulls("value")
    if values.is_empty():
        return None
    most = values.group_by("value").agg(count=number()).sort("count", "value", descending=[True, False])
    return str(most["value"][0]) if most["count"][0] > counted(failing) * _MOST else None


def _key(column: str) -> pl.Expr:
    """Gives the column; of several servers that were asked in turn the last one."""
    return pl.col(column).list.last() if column == "upstream" else pl.col(column)


def _first_of(
    exchanges: pl.DataFrame, column: str, value: pl.Expr, wanted: str, started: datetime
) -> dict[str, Any] | None:
    """Gives the first exchange with the value, if its source wrote enough others of another value before it."""
    known = (
        weighed(exchanges)
        .select("timestamp", "source", "line", "format", WEIGHT, _key(column))
        .filter(pl.col("timestamp") <= started)
    )
    distinct = known.select(pl.col(column).unique()).filter((value == wanted).fill_null(value=False))
    of_wanted = known.join(distinct, on=column, how="semi", maintain_order="left")
    first = next(of_wanted.head(1).iter_rows(named=True), None)
    if first is None or started - first["timestamp"] > _NEAR:
        return None
    before = known.filter(
        pl.col("source") == first["source"], pl.col("timestamp") < first["timestamp"], pl.col(column).is_not_null()
    )
    if counted(before) < _HISTORY or first["timestamp"] - before["timestamp"][0] < _HISTORY_LONG:
        return None
    # What the source wrote before, and rows were left out of, may have had the value.
    own = known.filter(pl.col("source") == first["source"], pl.col("timestamp") < first["timestamp"])
    return first if own[WEIGHT].max() == 1 else None
