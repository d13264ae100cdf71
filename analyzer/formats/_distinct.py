"""Works on each distinct text once: logs repeat themselves."""

from __future__ import annotations

import polars as pl

_MANY = 1_000  # fewer rows cost more to tell apart than to work on


def derive(frame: pl.DataFrame, key: str, **derived: pl.Expr) -> pl.DataFrame:
    """Adds columns that follow from one column alone, computed once per distinct value where values repeat."""
    if frame.height < _MANY:
        return frame.with_columns(**derived)
    distinct = frame.select(pl.col(key).unique())
    if distinct.height * 2 > frame.height:
        return frame.with_columns(**derived)
    found = distinct.with_columns(**derived)
    return frame.join(found, on=key, how="left", nulls_equal=True, maintain_order="left")
