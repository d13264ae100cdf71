"""Reads canonical rows from Parquet, and checks what nobody can be trusted to have written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from os import SEEK_END
from typing import BinaryIO

import polars as pl

from analyzer.errors import InputError
from analyzer.schema import EVENTS, KINDS, TIMESTAMP

FRAME_KEY = "analyzer.frame"  # the key of the metadata that describes the sources
_BATCH_ROWS = 1 << 15
_SCANNED_ROWS = 1 << 16  # at once, since each scan reads the whole footer, which grows with the rows
_FEW_ROWS = 10_000
_AGAIN = "Write it again with `analyzer parse`."
_CAPTURE = "har"
_PLACE = ("source", "format", "kind")
# What a datetime of Python can hold, in microseconds since 1970.
_ONE_US = timedelta(microseconds=1)
_EARLIEST, _LATEST = ((moment - datetime(1970, 1, 1)) // _ONE_US for moment in (datetime.min, datetime.max))  # noqa: DTZ001, DTZ901


class ParquetFrame:
    """A frame in a file that stays open meanwhile; described is what was written of its sources."""

    def __init__(self, file: BinaryIO, described: str, rows: int) -> None:
        self.described = described
        self._file = file
        self._rows = rows

    def counts(self) -> pl.DataFrame:
        """Gives rows (Int64) of each source, format and kind; raises InputError for rows that none wrote."""
        with _told():
            counted = _scan(self._file).group_by(*_PLACE).agg(
                rows=pl.len().cast(pl.Int64),
                lowest=pl.col("line").min(),
                unnumbered=pl.col("line").null_count(),
            ).sort(*_PLACE).collect()  # fmt: skip
        nameless = counted.select(pl.any_horizontal(pl.col(*_PLACE).is_null()).any() | pl.col("unnumbered").any())
        if nameless.item() or not counted["kind"].is_in(KINDS).all() or (counted["lowest"] < 0).any():
            raise InputError("holds rows without a source, a line, a format or a kind", hint=_AGAIN)
        return counted.select(*_PLACE, "rows")

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yields canonical rows: each capture whole, by line, then all else in order, 32,768 rows at most.

        Raises InputError where they are damaged.
        """
        with _told():
            of_capture = pl.col("format") == _CAPTURE
            captures = self.counts().filter(of_capture)["source"].unique().sort()
            for source in captures:
                rows = _scan(self._file).filter(of_capture, pl.col("source") == source)
                yield _timed(rows.collect().sort("line"))
            # Slices take a third of the memory of collect_batches, which decodes row groups ahead.
            for first in range(0, self._rows, _SCANNED_ROWS):
                scanned = _scan(self._file).slice(first, _SCANNED_ROWS).collect()
                for batch in scanned.iter_slices(_BATCH_ROWS):
                    yield _timed(batch.filter(~of_capture))


def open_parquet(file: BinaryIO) -> ParquetFrame:
    """Opens a frame; raises InputError if it is broken, has other columns, or holds more rows than bytes."""
    with _told():
        file.seek(0)
        described = pl.read_parquet_metadata(file).get(FRAME_KEY)
        file.seek(0)
        schema = pl.read_parquet_schema(file)
        rows = _scan_any(file).select(pl.len()).collect().item()
    if described is None:
        raise InputError("is a Parquet file, but no frame that analyzer wrote", hint="Logs are read as they are.")
    for name, dtype in EVENTS.items():
        if name not in schema:
            raise InputError(f"is a frame without the column {name}", hint=_AGAIN)
        if schema[name] != dtype:
            raise InputError(f"is a frame whose column {name} is {schema[name]}, where {dtype} belongs", hint=_AGAIN)
    size = file.seek(0, SEEK_END)
    if rows > size + _FEW_ROWS:
        raise InputError(f"says that it holds {rows:,} rows in {size:,} bytes, which no frame does")
    return ParquetFrame(file, described, rows)


def _scan(file: BinaryIO) -> pl.LazyFrame:
    return _scan_any(file).select(list(EVENTS))


def _scan_any(file: BinaryIO) -> pl.LazyFrame:
    file.seek(0)
    return pl.scan_parquet(file, glob=False)


def _timed(batch: pl.DataFrame) -> pl.DataFrame:
    """Gives the batch; raises InputError for times that Python cannot hold."""
    times = [name for name, dtype in EVENTS.items() if dtype == TIMESTAMP]
    inside = pl.col(times).to_physical().is_between(_EARLIEST, _LATEST).all()
    if not batch.select(pl.all_horizontal(inside)).item():
        raise InputError("holds times outside the years 1 to 9999", hint=_AGAIN)
    return batch


@contextmanager
def _told() -> Iterator[None]:
    """Turns what Polars raises for damaged files into an error of this input."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError, pl.exceptions.PanicException) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"is a damaged Parquet file ({reason})", hint=_AGAIN) from error
