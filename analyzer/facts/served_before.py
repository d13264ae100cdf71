"""Facts about what is not found though it was there: served before under the same path, or deleted in between."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import Facts, beside, is_exchange
from analyzer.schema import Column

_NOT_FOUND = [404, 410]
_PLACE = ["host", "path"]
_NAMES = ("served_before", "deleted_before")


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    numbered = frame.with_row_index("_row").with_columns(pl.col("_row").cast(pl.Int64))
    named = pl.all_horizontal(pl.col("path", "timestamp", "method").is_not_null())
    usable = (
        numbered.select("_row", *_PLACE, "method", "status", "timestamp", _usable=is_exchange() & named)
        .filter("_usable")
        .drop("_usable")
    )
    lost = usable.filter(pl.col("status").is_in(_NOT_FOUND))
    if lost.is_empty():
        return frame.with_columns(pl.lit(None, pl.Boolean).alias(name) for name in _NAMES)
    # Neighbours matter only on the paths that were not found: a small part of most logs.
    near = usable.join(lost.select(_PLACE).unique(), on=_PLACE, how="semi", nulls_equal=True, maintain_order="left")
    good = pl.col("status").is_between(200, 299) | (pl.col("status") == 304)
    deleted = good & (pl.col("method") == "DELETE")
    served = good & ~pl.col("method").is_in(["DELETE", "OPTIONS"])
    times = near.with_columns(
        _served=pl.when(served).then("_row").forward_fill().over(_PLACE),
        _deleted=pl.when(deleted).then("_row").forward_fill().over(_PLACE),
    )
    # Who makes it anew after a DELETE serves it again.
    gone = pl.col("_deleted").is_not_null() & (pl.col("_deleted") > pl.col("_served")).fill_null(True)
    judged = times.filter(pl.col("status").is_in(_NOT_FOUND)).select(
        "_row", served_before=pl.col("_served").is_not_null() | gone, deleted_before=gone
    )
    return beside(numbered, judged, "_row").drop("_row")


FACTS = Facts(
    columns=(
        Column(
            "served_before",
            pl.Boolean,
            "for 404 and 410: the same host and path was answered with success earlier in the data, to anybody",
        ),
        Column(
            "deleted_before",
            pl.Boolean,
            "for 404 and 410: the last success on the same host and path before it was a DELETE",
        ),
    ),
    add=_add,
)
