"""Opens a Parquet file for the gate: the values of its columns, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from os import SEEK_END
from typing import BinaryIO

import polars as pl

COLUMNAR = b"PAR1"
_ROWS = 1 << 16
_TAIL = 8  # the length of the footer, and the magic number

# What is in it can be read more than once.
Member = tuple[str, Callable[[], Iterator[bytes]]]


def columns(file: BinaryIO) -> Iterator[Member]:
    """Yields the footer, in which names and metadata stand, and each column that holds any texts.

    Statistics are values of columns (Parquet format, Metadata). Raises PolarsError where the file is damaged, also
    while a column is read.
    """
    kinds = _scan(file).collect_schema()
    # By number, as a name may look like a pattern.
    asked = {number: name for number, (name, kind) in enumerate(kinds.items()) if _may_hold_text(kind)}
    counts = (pl.nth(number).count().alias(str(number)) for number in asked)
    held = _scan(file).select(pl.len().alias("rows"), *counts).collect(engine="streaming")
    yield "footer", partial(_footer, file)
    for number, name in asked.items():
        if held[str(number)].item():
            yield f"column {name}", partial(_values, file, number, held["rows"].item())


def _footer(file: BinaryIO) -> Iterator[bytes]:
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - _TAIL))
    length = int.from_bytes(file.read(4), "little")
    file.seek(max(0, size - _TAIL - length))
    yield file.read(length)


def _may_hold_text(kind: pl.DataType) -> bool:
    return not kind.is_numeric() and not kind.is_temporal() and kind != pl.Boolean


def _values(file: BinaryIO, number: int, rows: int) -> Iterator[bytes]:
    for first in range(0, rows, _ROWS):
        yield _lines(_scan(file).select(pl.nth(number)).slice(first, _ROWS).collect().to_series())


def _lines(column: pl.Series) -> bytes:
    """Gives the distinct values, each with a line feed behind it."""
    while isinstance(column.dtype, pl.List | pl.Array):
        column = column.explode(empty_as_null=True)
    if isinstance(column.dtype, pl.Struct):
        return column.to_frame().write_ndjson().encode()
    distinct = column.drop_nulls().unique(maintain_order=True)
    if column.dtype == pl.Binary:
        return b"".join(value + b"\n" for value in distinct)
    return "".join(distinct.cast(pl.String) + "\n").encode()


def _scan(file: BinaryIO) -> pl.LazyFrame:
    file.seek(0)
    return pl.scan_parquet(file, glob=False)
