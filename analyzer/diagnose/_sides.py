"""Counts failing and working requests by each value of the attribute that separates them."""

from __future__ import annotations

import polars as pl

from analyzer.counted import WEIGHT, number_where, weighed
from analyzer.model import Separating, Side, Sides

_MOST = 8


def sides_of(values: pl.Series, failing: pl.Series, separating: Separating, weights: pl.Series | None = None) -> Sides:
    """Gives the counts by value; values, failing and weights have one item per row that was compared."""
    given = {} if weights is None else {WEIGHT: weights}
    counted = (
        weighed(pl.DataFrame({"value": values.cast(pl.String), "failing": failing, **given}))
        .group_by("value")
        .agg(failing=number_where(pl.col("failing")), working=number_where(~pl.col("failing")))
        .with_columns(_chosen=(pl.col("value") == separating.value).fill_null(value=False))
        .sort(
            "failing", pl.sum_horizontal("failing", "working"), "value", descending=[True, True, False], nulls_last=True
        )
        .with_row_index("_rank")
    )
    # The value that is told is always among those shown: working requests alone may have it.
    first = counted.sort(~pl.col("_chosen"), "_rank").head(_MOST).sort("_rank")
    others = counted.join(first, on="_rank", how="anti")
    return Sides(
        attribute=separating.attribute,
        value=separating.value,
        sides=tuple(Side(*row) for row in first.select("value", "failing", "working").iter_rows()),
        other_values=others.height,
        other_failing=int(others["failing"].sum()),
        other_working=int(others["working"].sum()),
    )
