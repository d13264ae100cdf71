"""Says where a rule's counts are estimates: its rows stand for others, which need not be alike in what it counts by.

Where clients are told apart, a row stands for what its own client sent.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analyzer.counted import STRATA, WEIGHT, own
from analyzer.detect import _fields, _timespan

_CLIENTS = frozenset({"client", "client_ip", "user"})


def weight_in(names: Sequence[str]) -> pl.Expr:
    """Gives weight in groups by these fields: where they part clients, what each sent by itself."""
    parted = any(_fields.resolve(name).column in _CLIENTS for name in names)
    return own() if parted else pl.col(WEIGHT)


def of_groups(names: Sequence[str], rows: int, total: int) -> list[str]:
    """Gives the sentence of a rule that counts requests by these fields; rows stand for total requests."""
    finer = _finer(names)
    if rows == total or not finer:
        return []
    return [f"Judged on {rows:,} of {total:,} requests, which stand for the others: counts by {finer} are estimates."]


def of_windows(names: Sequence[str], timespan_us: int, rows: int, total: int) -> list[str]:
    """Gives the sentence of a rule that counts in windows of time; names group or are counted."""
    if rows == total:
        return []
    finer = _finer(names)
    by = f" by {finer}" if finer else ""
    span = _timespan.write(timespan_us // 1_000_000)
    judged = f"Judged on {rows:,} of {total:,} matching events, which stand for the others"
    return [f"{judged}: counts{by} in windows of {span} are estimates."]


def _finer(names: Sequence[str]) -> str:
    """Gives the fields in which a row and those that it stands for may differ."""
    return " and ".join(name for name in names if _fields.resolve(name).column not in STRATA)
