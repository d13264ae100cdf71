"""Adds facts that only the rows of captures have, without touching what may be millions of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from analyzer.facts._facts import HAR, beside, is_exchange
from analyzer.schema import Column


def add_to_captures(
    frame: pl.DataFrame, columns: Sequence[Column], judge: Callable[[pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """Adds the columns; judge takes the rows of captures with _row (UInt32) and gives them, or some, with the columns.

    All other rows have null there.
    """
    names = [column.name for column in columns]
    numbered = frame.with_row_index("_row")
    asked = numbered.filter(is_exchange() & pl.col("format").eq_missing(HAR))
    if asked.is_empty():
        return frame.with_columns(pl.lit(None, column.dtype).alias(column.name) for column in columns)
    judged = judge(asked).select("_row", *(pl.col(column.name).cast(column.dtype) for column in columns))
    return beside(numbered, judged, "_row").select(*frame.columns, *names)
