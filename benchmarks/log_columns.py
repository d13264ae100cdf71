"""Columns of made logs, of which both kinds of combined_logs.py and the log of redact.py are put together.

All of them are expressions over the column row, so that a block of rows is the same whichever blocks came before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate, pairwise

import polars as pl

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
DAY_LINES = 2_000_000
_HOURS = (3, 2, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 12, 13, 13, 12, 11, 10, 9, 9, 8, 7, 5, 4)  # shares of a day's lines


def picked(number: int, count: int) -> pl.Expr:
    """Gives whole numbers below count that look random, another row of them for each number (splitmix64)."""
    mixed = pl.col("row").cast(pl.UInt64) * 0x9E37_79B9_7F4A_7C15 + number * 0x1_0000_0001_B3
    for shift, factor in ((1 << 30, 0xBF58_476D_1CE4_E5B9), (1 << 27, 0x94D0_49BB_1331_11EB)):
        mixed = mixed.xor(mixed // shift) * pl.lit(factor, pl.UInt64)
    return mixed // (1 << 31) % count


def chosen(number: pl.Expr, texts: Sequence[str]) -> pl.Expr:
    """Gives the text with that number for each row."""
    return pl.lit(pl.Series(texts)).gather(number)


def days(lines: int) -> int:
    """Gives how many whole days a log of so many lines goes over."""
    return max(1, lines // DAY_LINES)


def written_time(lines: int) -> pl.Expr:
    """Gives the time of each row as the log has it: more by day than by night, evenly within an hour."""
    ends = list(accumulate(_HOURS))
    place = pl.col("row") * days(lines) % lines * ends[-1]  # how far the day is, in shares times lines
    hour = pl.lit(0, pl.Int64)
    second = place * 3600 // (lines * _HOURS[0])
    for number, (end, _) in enumerate(pairwise(ends), 1):
        later = place >= end * lines
        hour = pl.when(later).then(number).otherwise(hour)
        second = pl.when(later).then((place - end * lines) * 3600 // (lines * _HOURS[number])).otherwise(second)
    seconds = pl.col("row") * days(lines) // lines * 86_400 + hour * 3600 + second
    return (pl.lit(BEGAN) + pl.duration(seconds=seconds)).dt.strftime("%d/%b/%Y:%H:%M:%S +0000")


def combined_line(**fields: pl.Expr) -> pl.Expr:
    """Gives a line of client, user, time, method, target, status, size, referrer and agent, named in this order."""
    return pl.format('{} - {} [{}] "{} {} HTTP/1.1" {} {} "{}" "{}"', *fields.values())
