"""Makes rejects: lines, and the reason why each of them is no event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from analyzer.formats._plugin import REJECTS

NO_TIME = "the time is not a time that exists"
NO_MORE_FIELDS = "the format has no more fields, but the line goes on"


@dataclass(frozen=True, slots=True)
class Step:
    """A field on the way through a line: the first group of reach is the line up to and with it, label its name.

    gap is the number of characters that stand between it and the field before.
    """

    reach: str
    label: str
    gap: int = 0


def reject(lines: pl.DataFrame, reason: str | pl.Expr) -> pl.DataFrame:
    """Gives line, reason, raw of lines that all have this reason, or each its own."""
    told = pl.lit(reason) if isinstance(reason, str) else reason
    return lines.select("line", told.alias("reason"), "raw")


def without_timeless(texts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Splits texts with time and stamped_at: those to build events of, without time, and rejects of impossible times.

    A line on which no time is written is none of those.
    """
    wrong = pl.col("time").is_not_null() & pl.col("stamped_at").is_null()
    return texts.filter(~wrong).drop("time"), reject(texts.filter(wrong), NO_TIME)


def at_column(reason: str, column: pl.Expr) -> pl.Expr:
    """Gives a reason that names the column, from 1."""
    return pl.concat_str(pl.lit(f"{reason} at column "), column.cast(pl.String))


def explain(lines: pl.DataFrame, steps: Iterable[Step], rest: str = NO_MORE_FIELDS, gap: int = 0) -> pl.DataFrame:
    """Rejects lines for the first field that cannot be read, with the column where it should begin.

    rest is the reason where all can be read, and gap stands between the last one and what follows it.
    """
    told = [pl.DataFrame(schema=REJECTS)]
    unread = lines.select("line", "raw", _end=pl.lit(0, dtype=pl.Int64))
    for step in steps:
        if unread.is_empty():
            break
        end = pl.col("raw").str.extract(step.reach, 1).str.len_chars().cast(pl.Int64)
        reached = unread.with_columns(_reached=end)
        failed = reached.filter(pl.col("_reached").is_null())
        told.append(reject(failed, at_column(f"{step.label} cannot be read", pl.col("_end") + step.gap + 1)))
        unread = reached.filter(pl.col("_reached").is_not_null()).select("line", "raw", _end="_reached")
    told.append(reject(unread, at_column(rest, pl.col("_end") + gap + 1)))
    return pl.concat(told)
