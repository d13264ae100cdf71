"""Counts the exchanges behind sets of row numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from analyzer.counted import WEIGHT


@dataclass(frozen=True, slots=True)
class RowWeights:
    """How many exchanges rows stand for; more: for how many beside itself, by the number of each row that does."""

    more: Mapping[int, int]

    def of(self, rows: frozenset[int]) -> int:
        """Gives how many exchanges these rows stand for."""
        return len(rows) + sum(self.more[row] for row in self.more.keys() & rows)


def row_weights(exchanges: pl.DataFrame, sets: Iterable[frozenset[int]]) -> RowWeights:
    """Gives the weights of the rows in these sets; exchanges: row and, where any is not 1, weight."""
    if WEIGHT not in exchanges.columns:
        return RowWeights({})
    heavy = exchanges.select("row", more=pl.col(WEIGHT) - 1).filter(pl.col("more") > 0)
    known = dict(heavy.iter_rows())
    return RowWeights({row: known[row] for rows in sets for row in known.keys() & rows} if known else {})
