"""The fact how long a quota takes to reset: what X- headers mean by it is decided by its size."""

from __future__ import annotations

import polars as pl

from analyzer.facts._dates import any_date
from analyzer.facts._facts import Facts, answered_at
from analyzer.schema import Column

_LONGEST_S = 10 * 366 * 86_400
_US = 1_000_000
# Below: seconds to go, and more than a day of them is none's; from 2001 on: epoch seconds; then epoch milliseconds.
_TO_GO, _EPOCH_S, _EPOCH_MS, _END = 100_000, 1e9, 1e12, 1e14
_NAMED = r"^(?:t|resets?)=([0-9]{1,15}(?:\.[0-9]+)?)$"
_LASTS = r"^(?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:h|ms|m|s|d))+$"
_UNITS = {"d": 86_400 * _US, "h": 3_600 * _US, "m": 60 * _US, "s": _US, "ms": 1_000}


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("ratelimit_reset").str.strip_chars()
    clock = pl.coalesce(pl.col("response_date"), answered_at())
    number = text.cast(pl.Float64, strict=False)
    until = (
        pl.when(number.is_between(_EPOCH_S, _EPOCH_MS, closed="left") & (number < 1e11))
        .then(number * _US)
        .when(number.is_between(_EPOCH_MS, _END))
        .then(number * 1_000)
    )
    date = any_date(text)
    to_go_us = pl.coalesce(
        text.str.extract(_NAMED, 1).cast(pl.Float64, strict=False) * _US,
        pl.when(number.is_between(0, _TO_GO, closed="left")).then(number * _US),
        until - clock.dt.epoch("us"),
        (date - clock).dt.total_microseconds().cast(pl.Float64),
        _length(text),
    )
    seconds = (to_go_us / _US).clip(0, _LONGEST_S).ceil()
    return frame.with_columns(ratelimit_reset_s=seconds.cast(pl.Int64))


def _length(text: pl.Expr) -> pl.Expr:
    """Gives the microseconds of a length of time: 1s, 6m0s, 250ms (OpenAI, as Go prints it)."""
    parts = [
        text.str.extract(rf"(?:^|[a-z])([0-9]+(?:\.[0-9]+)?){unit}(?:[0-9]|$)", 1).cast(pl.Float64) * size
        for unit, size in _UNITS.items()
    ]
    return pl.when(text.str.contains(_LASTS)).then(pl.sum_horizontal(parts))


FACTS = Facts(
    columns=(
        Column(
            "ratelimit_reset_s",
            pl.Int64,
            "time from the response to the reset of the quota, at least 0; below 100,000 a number counts seconds, "
            "from a billion on it is an epoch time in seconds, from 10^12 on in milliseconds; null between",
            "s",
        ),
    ),
    add=_add,
)
