"""Takes off what collectors put around lines, and gives what they said to the events inside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from analyzer.formats import _events, _stack
from analyzer.formats._plugin import Wrapper

# What a wrapper may tell of a line, besides the line itself.
OUTER: dict[str, pl.DataType] = {
    "collected_at": pl.Datetime("us", "UTC"),
    "host_name": pl.String(),
    "process": pl.String(),
    "level": pl.String(),
    "request_id": pl.String(),
    "trace_id": pl.String(),
}
PEELED: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    "raw": pl.String(),
    "lines": pl.Int64(),
    "stream": pl.String(),
    "wrapper": pl.String(),
    **OUTER,
}


def peel(lines: pl.DataFrame, wrappers: Sequence[Wrapper], zone: str, now: datetime) -> pl.DataFrame:
    """Gives a frame of PEELED, one row per line inside, in the order of the lines.

    Takes line, raw. Each wrapper takes off what is its own, the outermost first; a line that it does not wrap stays as
    it is. Of what several say, the innermost counts. lines is how many lines a row took.
    """
    peeled = _shaped(uncoloured(lines).with_columns(lines=pl.lit(1, dtype=pl.Int64)))
    for wrapper in wrappers:
        found = wrapper.unwrap(peeled.select("line", "raw"), zone, now)
        if found.lines.is_empty():
            continue
        inner = _inherit(_shaped(uncoloured(found.lines).with_columns(wrapper=pl.lit(wrapper.name))), peeled)
        peeled = pl.concat([inner, peeled.join(found.rest.select("line"), on="line", how="semi")]).sort("line")
    return peeled


def uncoloured(lines: pl.DataFrame) -> pl.DataFrame:
    """Drops the colours of a terminal from raw (ECMA-48, 8.3.117 SGR), which loggers write into files as well."""
    if not lines["raw"].str.contains("\x1b[", literal=True).any():
        return lines
    return lines.with_columns(pl.col("raw").str.replace_all(r"\x1b\[[0-9;]*m", ""))


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in PEELED.items()
    )


def _inherit(inner: pl.DataFrame, outer: pl.DataFrame) -> pl.DataFrame:
    """Fills what the inner wrapper does not say from the outer one; streams of both tell writers apart."""
    said = outer.select("line", *(pl.col(name).alias(f"_{name}") for name in ("stream", *OUTER)))
    joined = inner.join(said, on="line", how="left", maintain_order="left")
    stream = pl.concat_str("_stream", "stream", separator="\t", ignore_nulls=True)
    return joined.with_columns(
        *(pl.coalesce(name, f"_{name}").alias(name) for name in OUTER),
        pl.when(pl.coalesce("_stream", "stream").is_not_null()).then(stream).alias("stream"),
    ).select(list(PEELED))


def clothe(events: pl.DataFrame, peeled: pl.DataFrame) -> pl.DataFrame:
    """Gives canonical events what their wrapper said of them: columns of OUTER, and the time where they have none."""
    said = peeled.filter(pl.col("wrapper").is_not_null()).select("line", *OUTER)
    if said.is_empty() or events.is_empty():
        return events
    joined = events.join(said, on="line", how="left", maintain_order="left", suffix="_outer")
    filled = joined.with_columns(pl.coalesce(name, f"{name}_outer").alias(name) for name in OUTER)
    untimed = pl.col("stamped_at").is_null()
    return filled.with_columns(
        pl.when(untimed).then("collected_at").otherwise("stamped_at").alias("stamped_at"),
        pl.when(untimed & pl.col("timestamp").is_null()).then("collected_at").otherwise("timestamp").alias("timestamp"),
    ).select(events.columns)


def messages(peeled: pl.DataFrame) -> pl.DataFrame:
    """Gives an application event for each line that no format reads: its text is the message, a crash is critical."""
    events = _events.build(peeled.select("line", "raw", message="raw"), marks=None)
    level = pl.when(_stack.crashes(pl.col("raw"))).then(pl.lit("critical"))
    return events.with_columns(kind=pl.lit("application"), level=level)
