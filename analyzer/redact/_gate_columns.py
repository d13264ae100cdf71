"""Opens a Parquet file for the gate: what its columns hold, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from os import SEEK_END
from typing import BinaryIO

import polars as pl

COLUMNAR = b"PAR1"
_ROWS = 1 << 15
_TAIL = 8  # the length of the footer, and the magic number

# What is in it can be read more than once.
Member = tuple[str, Callable[[], Iterator[bytes]]]


def columns(file: BinaryIO) -> Iterator[Member]:
    """Yields the footer, in which names and metadata stand, and each column that holds any texts.

    All else in the file are values of columns, packed or in statistics, but for the categories of an Enum: they are
    part of its column. Raises PolarsError where the file is damaged, also while a column is read.
    """
    kinds = _scan(file).collect_schema()
    # By number, as a name may look like a pattern.
    asked = {number: name for number, (name, kind) in enumerate(kinds.items()) if _may_hold_text(kind)}
    held = _scan(file).select(pl.nth(number).count().alias(str(number)) for number in asked).collect(engine="streaming")
    yield "footer", partial(_footer, file)
    for number, name in asked.items():
        if held[str(number)].item() or _categories(kinds[name]):
            yield f"column {name}", partial(_values, file, number, kinds[name])


def _footer(file: BinaryIO) -> Iterator[bytes]:
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - _TAIL))
    length = int.from_bytes(file.read(4), "little")
    file.seek(max(0, size - _TAIL - length))
    yield file.read(length)


def _may_hold_text(kind: pl.DataType) -> bool:
    return not kind.is_numeric() and not kind.is_temporal() and kind != pl.Boolean


def _values(file: BinaryIO, number: int, kind: pl.DataType) -> Iterator[bytes]:
    yield _lines(_categories(kind))
    # One scan for all rows: each reads the whole footer, which grows with the rows.
    for batch in _scan(file).select(pl.nth(number)).collect_batches(chunk_size=_ROWS, maintain_order=True):
        yield _texts(batch.to_series())


def _categories(kind: pl.DataType) -> list[str]:
    """Gives the categories of an Enum, also inside of lists and structs: they are written whether a row has them."""
    if isinstance(kind, pl.Enum):
        return kind.categories.to_list()
    if isinstance(kind, pl.List | pl.Array):
        return _categories(kind.inner)  # type: ignore[arg-type]
    if isinstance(kind, pl.Struct):
        return [each for field in kind.fields for each in _categories(field.dtype)]  # type: ignore[arg-type]
    return []


def _texts(column: pl.Series) -> bytes:
    while isinstance(column.dtype, pl.List | pl.Array):
        column = column.explode(empty_as_null=True)
    if isinstance(column.dtype, pl.Struct):
        return column.to_frame().write_ndjson().encode()
    distinct = column.drop_nulls().unique(maintain_order=True)
    if column.dtype == pl.Binary:
        return b"".join(value + b"\n" for value in distinct)
    return _lines(distinct.cast(pl.String))


def _lines(texts: Iterable[str]) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode()


def _scan(file: BinaryIO) -> pl.LazyFrame:
    file.seek(0)
    return pl.scan_parquet(file, glob=False)
