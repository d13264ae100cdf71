"""Puts lines together that are one event: stack traces and messages of several lines."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analyzer.formats import _stack

MOST_LINES = 5_000


def join_rest(owned: pl.DataFrame, spanning: Sequence[str]) -> pl.DataFrame:
    """Gives line (of the first), owner, raw (joined by line feeds), rest (list of the other lines) of longer events.

    Takes rows of PEELED in their order, with owner, the format that reads the row, or null. A row without an owner
    belongs to the row above it in the same stream, up to 5,000 of them, if one of the spanning formats reads that and
    the row does not begin with a time.
    """
    stream = pl.col("stream").fill_null("")
    head = pl.when(pl.col("owner").is_not_null() | _stack.begins(pl.col("raw"))).then("line")
    placed = owned.with_columns(_head=head.forward_fill().over(stream)).filter(pl.col("_head").is_not_null())
    placed = placed.with_columns(
        pl.col("owner").first().over("_head"), _number=pl.col("line").cum_count().over("_head")
    )
    kept = placed.filter(pl.col("owner").is_in(spanning), pl.col("_number") <= MOST_LINES)
    joined = kept.group_by("_head", maintain_order=True).agg(
        pl.col("owner").first(), pl.col("raw").str.join("\n"), pl.col("line").slice(1).alias("rest")
    )
    return joined.filter(pl.col("rest").list.len() > 0).rename({"_head": "line"})


def join_messages(rows: pl.DataFrame) -> pl.DataFrame:
    """Gives rows of PEELED, in which those that go on with the one above, in the same stream, are one.

    A row goes on if it looks like a line of a stack trace and the one above it is there too.
    """
    key = pl.col("stream").fill_null("")
    goes_on = _stack.continues(pl.col("raw")).fill_null(value=False)
    numbered = rows.with_columns(_event=(~goes_on).cum_sum().over(key))
    first = [pl.col(name).first() for name in rows.columns if name not in {"raw", "lines", "stream"}]
    joined = numbered.group_by(key.alias("_stream"), "_event", maintain_order=True).agg(
        *first, pl.col("raw").str.join("\n"), pl.col("lines").sum(), pl.col("stream").first()
    )
    return joined.select(rows.columns).sort("line")
