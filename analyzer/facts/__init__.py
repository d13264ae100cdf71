"""Fact columns: what rules test, and Sigma cannot say."""

from __future__ import annotations

from functools import cache
from graphlib import TopologicalSorter
from typing import cast

import polars as pl

from analyzer.facts._facts import Facts
from analyzer.folded import fold_empty
from analyzer.registry import discover
from analyzer.schema import Column


def add_facts(frame: pl.DataFrame) -> pl.DataFrame:
    """Gives the frame with all fact columns behind its own; rows keep their order.

    The frame holds all canonical columns, one row per exchange, sorted by timestamp, source, line. Two columns that
    joining may add are read where present: has_application (Boolean: a record of the application belongs to the
    exchange) and application_status (Int32: the status that this record names).
    """
    frame = fold_empty(frame)
    for facts in ordered_facts().values():
        frame = facts.add(frame)
    return fold_empty(frame)


def fact_columns() -> tuple[Column, ...]:
    """Gives the documentation of all fact columns, in the order in which they are added."""
    return tuple(column for facts in ordered_facts().values() for column in facts.columns)


@cache
def ordered_facts() -> dict[str, Facts]:
    """Gives the modules so that each comes after those it needs; raises CycleError or KeyError where none fits."""
    found = cast("dict[str, Facts]", discover(__name__, "FACTS"))
    order = TopologicalSorter({name: sorted(facts.needs) for name, facts in found.items()})
    return {name: found[name] for name in order.static_order()}
