"""Puts lines together that are one event: stack traces and messages of several lines."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analyzer.formats import _stack

MOST_LINES = 5_000
_APART = 50
_APART_S = 5


def join_rest(owned: pl.DataFrame, spanning: Sequence[str]) -> pl.DataFrame:
    """Gives line (of the first), owner, raw (joined by line feeds), rest (list of the other lines) of longer events.

    Takes rows of PEELED in their order, with owner, the format that reads the row, or null. A row without an owner
    belongs to the row above it in the same stream, up to 5,000 of them, if one of the spanning formats reads that and
    the row does not begin with a time or a crash.
    """
    stream = pl.col("stream").fill_null("")
    head = pl.when(pl.col("owner").is_not_null() | _stack.breaks(pl.col("raw"))).then("line")
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
    """Gives rows of PEELED, where those that go on with the one above, in the same stream, are one; owned: their lines.

    A row goes on if it looks like a line of a stack trace, and the one above it is close, by time and line.
    """
    key, raw = pl.col("stream").fill_null(""), pl.col("raw")
    chained = _stack.chains(raw.shift(1).over(key)).fill_null(value=False)
    fresh = _stack.crashes(raw) & ~chained
    gap = pl.col("line") - pl.col("line").shift(1).over(key)
    late = pl.col("collected_at") - pl.col("collected_at").shift(1).over(key) > pl.duration(seconds=_APART_S)
    goes_on = _stack.continues(raw) & ~fresh & ~((gap > _APART) | late.fill_null(value=False)).fill_null(value=True)
    numbered = rows.with_columns(_event=(~goes_on.fill_null(value=False)).cum_sum().over(key))
    first = [pl.col(name).first() for name in rows.columns if name not in {"raw", "lines", "stream"}]
    joined = numbered.group_by(key.alias("_stream"), "_event", maintain_order=True).agg(
        *first, raw.str.join("\n"), pl.col("lines").sum(), pl.col("stream").first(), owned=pl.col("line")
    )
    return joined.select(*rows.columns, "owned").sort("line")
