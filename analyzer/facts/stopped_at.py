"""The fact how far a request got that Firefox shows neither a status nor an error for: its timings tell."""

from __future__ import annotations

import polars as pl

from analyzer.facts._captures import add_to_captures
from analyzer.facts._facts import Facts
from analyzer.schema import Column

_PHASES = ("dns_us", "connect_us", "tls_us", "send_us", "wait_us", "receive_us")
_FIREFOX = r"\bFirefox/\d"
_UNTOLD = "0"  # WebPageTest, which drives Firefox too, writes -2


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    return add_to_captures(frame, FACTS.columns, _judge)


def _judge(asked: pl.DataFrame) -> pl.DataFrame:
    """Reads what Firefox 153 was seen to write for each way to fail; other programs write zeros for what they like."""
    told = (
        (pl.col("no_response_status") == _UNTOLD)
        & pl.col("status").is_null()
        & pl.col("user_agent").str.contains(_FIREFOX)
    )
    nothing = pl.all_horizontal(pl.col("blocked_us", *_PHASES).is_null())
    no_time = pl.all_horizontal(pl.col(_PHASES).fill_null(0) == 0)
    sent = pl.any_horizontal((pl.col(name) > 0).fill_null(False) for name in ("send_us", "wait_us"))
    stood = (pl.col("connect_us") > 0).fill_null(False)
    reached = (
        pl.when(nothing)
        .then(pl.lit("browser"))
        .when(no_time & pl.col("blocked_us").is_null())
        .then(pl.lit("aborted"))
        .when(no_time)
        .then(pl.lit("connection"))
        .when(~sent & (pl.col("tls_us") > 0).fill_null(False))
        .then(pl.lit("tls"))
        .when(sent | stood)
        .then(pl.lit("response"))
    )
    return asked.with_columns(stopped_at=pl.when(told).then(reached))


FACTS = Facts(
    columns=(
        Column(
            "stopped_at",
            pl.String,
            "for a request of Firefox without status and error: browser (it never left), aborted, connection (no "
            "address or no listener), tls, or response (sent, and nothing came)",
        ),
    ),
    add=_add,
)
