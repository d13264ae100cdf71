"""What a fact module exports: the columns that it adds, and the function that adds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from analyzer.schema import Column


@dataclass(frozen=True, slots=True)
class Facts:
    """Columns computed from headers or neighbouring rows.

    add: takes a frame of canonical columns, one row per exchange, sorted by timestamp, source, line, and gives it with
    the columns behind; the rows stay as they are. Null means that the fact cannot be known here, never false.
    needs: the modules whose columns must be there first.
    """

    columns: tuple[Column, ...]
    add: Callable[[pl.DataFrame], pl.DataFrame]
    needs: tuple[str, ...] = ()


HAR = "har"


def beside(frame: pl.DataFrame, found: pl.DataFrame, on: str | list[str]) -> pl.DataFrame:
    """Adds to each row the columns of found with the same key, of which found has each once; null where it has none.

    Only the key is joined, since joining a wide frame copies all of it.
    """
    keys = [on] if isinstance(on, str) else on
    joined = frame.select(keys).join(found, on=keys, how="left", maintain_order="left")
    return frame.with_columns(joined.drop(keys).get_columns())


def is_exchange() -> pl.Expr:
    """Tells requests from lines of an error log and records of an application."""
    return pl.col("kind").is_null() | (pl.col("kind") == "request")


def answered_at() -> pl.Expr:
    """Gives the time of the response: the start plus the duration where it is known."""
    return pl.col("timestamp") + pl.duration(microseconds=pl.col("duration_us").fill_null(0))
