"""The fact how many requests to one host a browser had under way when it sent one."""

from __future__ import annotations

import polars as pl

from analyzer.facts._captures import add_to_captures
from analyzer.facts._facts import Facts
from analyzer.schema import Column

_HOST = ["source", "host"]


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    return add_to_captures(frame, FACTS.columns, _count)


def _count(asked: pl.DataFrame) -> pl.DataFrame:
    """Sweeps over begins and ends: what ends at the moment at which another begins was over by then.

    What waits in the browser's own queue is not under way yet: blocked_us is left out.
    """
    known = pl.all_horizontal(pl.col("host", "timestamp", "duration_us").is_not_null())
    sent = asked.filter(known, ~pl.col("from_cache").fill_null(value=False)).select(
        "_row",
        *_HOST,
        begin=pl.col("timestamp") + pl.duration(microseconds=pl.col("blocked_us").fill_null(0)),
        end=pl.col("timestamp") + pl.duration(microseconds="duration_us"),
    )
    begins = sent.select("_row", *_HOST, at="begin", step=pl.lit(1))
    # What took no time must not end before it begins.
    later = pl.max_horizontal("end", pl.col("begin") + pl.duration(microseconds=1))
    ends = sent.select("_row", *_HOST, at=later, step=pl.lit(-1))
    swept = pl.concat([begins, ends]).sort("source", "host", "at", "step", "_row")
    counted = swept.with_columns(in_flight=pl.col("step").cum_sum().over(_HOST))
    return counted.filter(step=1).select("_row", "in_flight")


FACTS = Facts(
    columns=(
        Column(
            "in_flight",
            pl.Int64,
            "requests of the capture to this host that were under way when this one was sent, itself among them",
        ),
    ),
    add=_add,
)
