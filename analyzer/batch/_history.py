"""Keeps the counts of earlier runs small: ten seconds for an hour, minutes after that, nothing after some days."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from analyzer.detect import COUNTS
from analyzer.errors import Location, UsageError

BASES_A_MINUTE = 6
_BASES_AN_HOUR = 360
_BASES_A_DAY = 8640
# About 30 MB on disk; rules that count by client fill it first.
MOST_ROWS = 2_000_000


def read_history(folder: Path, name: str | None) -> pl.DataFrame:
    """Gives the counts of earlier runs, none before the first; raises UsageError if they cannot be read."""
    if name is None:
        return pl.DataFrame(schema=COUNTS)
    try:
        found = pl.read_parquet(io.BytesIO((folder / name).read_bytes()))
    except (OSError, pl.exceptions.PolarsError) as error:
        found = None
        cause: Exception | None = error
    else:
        cause = None
    if found is None or dict(found.schema) != COUNTS:
        hint = "Move the folder away to begin anew: then all logs are read from their beginning."
        raise UsageError(
            "the counts of earlier runs are damaged.", location=Location(str(folder)), hint=hint
        ) from cause
    return found


def compact(counts: pl.DataFrame, now: int, keep_days: int, most: int = MOST_ROWS) -> pl.DataFrame:
    """Merges and drops what is old; now is a base bucket.

    Age is counted from the newest count that is not in the future, so that neither a clock that jumps ahead nor a line
    with a time far ahead drops what is still needed.
    """
    newest = counts.filter(pl.col("base") <= now)["base"].max()
    if not isinstance(newest, int):
        return counts
    minute = pl.col("base") // BASES_A_MINUTE * BASES_A_MINUTE
    merged = pl.when(pl.col("base") < newest - _BASES_AN_HOUR).then(minute).otherwise(pl.col("base"))
    kept = counts.filter(pl.col("base") >= newest - keep_days * _BASES_A_DAY).with_columns(base=merged)
    keys = ["rule", "group", "base"]
    summed = kept.group_by(keys).agg(pl.col("errors", "requests").sum())
    return summed.sort("base", "rule", "group").tail(most).sort(keys)


def as_bytes(counts: pl.DataFrame) -> bytes:
    """Gives the counts as a Parquet file."""
    buffer = io.BytesIO()
    counts.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()
