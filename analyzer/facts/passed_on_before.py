"""The fact that a proxy finds nothing on a route that it passed on to a server behind before."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import HAR, Facts, is_exchange
from analyzer.schema import Column

_NOT_FOUND = [404, 410]
_PLACE = ["host", "route"]


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    asked = pl.col("upstream").list.len().fill_null(0) > 0
    alone = _writes_upstreams(frame) & ~asked & pl.col("x_cache").is_null()
    lost = pl.col("status").is_in(_NOT_FOUND) & is_exchange() & pl.col("route").is_not_null()
    good = (
        asked & (pl.col("status").is_between(200, 299) | (pl.col("status") == 304)) & pl.col("timestamp").is_not_null()
    )
    # The frame is sorted by time: what was passed on so far is what lies above.
    before = good.fill_null(value=False).cast(pl.UInt32).cum_sum().over(_PLACE) > 0
    return frame.with_columns(passed_on_before=pl.when(lost & alone).then(before))


def _writes_upstreams(frame: pl.DataFrame) -> pl.Expr:
    """Tells whether a server's log shows the request and would name the server behind; lone rows go by their source."""
    if "logs_upstream" in frame.columns:
        return pl.col("has_edge") & pl.col("logs_upstream")
    return (pl.col("format") != HAR).fill_null(value=True) & pl.col("upstream").is_not_null().any().over("source")


FACTS = Facts(
    columns=(
        Column(
            "passed_on_before",
            pl.Boolean,
            "for 404 and 410 that a proxy gave without asking a server behind: it passed a request for the same host "
            "and route on earlier in the data, with success",
        ),
    ),
    add=_add,
)
