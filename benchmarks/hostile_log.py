"""A log in which nothing occurs twice and bytes are odd; what it holds stands in combined_logs.py."""

from __future__ import annotations

import polars as pl
from log_columns import chosen, combined_line, picked, written_time

INVALID = "\N{PRIVATE USE ONE}"  # stands for a byte that is no UTF-8 until the lines are bytes
_ODD = ("\0", "\x1b[31m", "\N{LINE SEPARATOR}", "%00%0a%ff", INVALID, "\N{RIGHT-TO-LEFT OVERRIDE}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def columns(lines: int) -> list[pl.Expr]:
    """Gives the columns of which the line is made."""
    # A factor that has no divisor in common with the number of all values gives each row another value.
    row = pl.col("row").cast(pl.UInt64)
    return [
        written_time(lines).alias("time"),
        (row * 2_654_435_761 % (1 << 32)).alias("address"),
        pl.concat_str(chosen(row * 104_729_001 % 26**6 // 26**place % 26, tuple(_LETTERS)) for place in range(6)).alias(
            "word"
        ),
        picked(5, 1000).alias("dice"),
    ]


def line(_: int) -> pl.Expr:
    """Gives the line."""
    word, dice, outcome = pl.col("word"), pl.col("dice"), picked(10, 1000)
    odd = pl.when(dice < 12).then(chosen(dice // 2 % len(_ODD), _ODD)).otherwise(pl.lit(""))
    deeper = pl.when(dice.is_between(20, 39)).then(pl.lit("/deeper" * 200)).otherwise(pl.lit(""))
    quotes = pl.when(dice >= 990).then(pl.lit('\\"quoted\\"')).otherwise(pl.lit(""))
    request = pl.format("?request_id={}-{}", picked(8, 1 << 32), "row")
    return combined_line(
        client=pl.format("{}.{}.{}.{}", *(pl.col("address") // 256**place % 256 for place in (3, 2, 1, 0))),
        user=pl.format("u{}", word),
        time=pl.col("time"),
        method=chosen(picked(9, 4), ("GET", "POST", "PUT", "PATCH")),
        target=pl.concat_str(pl.lit("/"), word, deeper, pl.lit("/"), word.str.reverse(), odd, request),
        status=pl.when(outcome < 800).then(200).when(outcome < 990).then(404).otherwise(500 + outcome % 5),
        size=picked(14, 60_000),
        referrer=pl.format("https://{}.example.test/", word),
        agent=pl.concat_str(pl.format("agent-{}/{}", word, picked(12, 1 << 31)), quotes),
    )
