"""Gives rows in the order of their times, one slice after the other, so that memory does not grow with their number."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

ORDER = ("timestamp", "source", "line")
Key = tuple[int, int, str, int]


class Cuts:
    """The times at which slices begin, of about so many rows each, found from samples of the parts' times."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.height = 0
        self._every = max(1, rows // 100)
        self._samples = pl.Series(dtype=pl.Datetime("us", "UTC"))

    def look(self, part: pl.DataFrame) -> None:
        """Notes the times of a part."""
        self.height += part.height
        times = part["timestamp"].drop_nulls().sort()
        self._samples = self._samples.append(times.gather_every(self._every))

    def times(self) -> pl.Series:
        """Gives the distinct times at which all slices but the first begin, sorted."""
        return self._samples.sort().gather_every(self.rows // self._every)[1:].unique().sort()


def slices(parts: Iterable[pl.DataFrame], cuts: Cuts, work: Path) -> Iterator[pl.DataFrame]:
    """Yields all rows sorted by timestamp, source and line; those without a time come last.

    parts: frames with timestamp, source, line, which may lack columns that others have; cuts has looked at all of them.
    """
    if cuts.height <= cuts.rows:
        yield _sorted(parts)
        return
    with tempfile.TemporaryDirectory(dir=work) as folder:
        pieces: dict[Key, list[Path]] = {}
        times = cuts.times()
        for part in parts:
            for key, piece in _split(part, times, cuts.rows):
                path = Path(folder) / f"{sum(map(len, pieces.values())):06}.parquet"
                _filled(piece).write_parquet(path, compression="lz4")
                pieces.setdefault(key, []).append(path)
        for key in sorted(pieces):
            yield _sorted(pl.read_parquet(path, glob=False) for path in pieces[key])


def _split(part: pl.DataFrame, times: pl.Series, rows: int) -> Iterator[tuple[Key, pl.DataFrame]]:
    """Yields pieces by their slices: of time, or by source and line where there is no time."""
    timed = part.filter(pl.col("timestamp").is_not_null())
    slots = times.search_sorted(timed["timestamp"], side="right").alias("_slot")
    for (slot,), piece in timed.with_columns(slots).partition_by("_slot", as_dict=True, include_key=False).items():
        yield (0, slot, "", 0), piece
    timeless = part.filter(pl.col("timestamp").is_null()).with_columns(_slot=pl.col("line") // rows)
    for (source, slot), piece in timeless.partition_by("source", "_slot", as_dict=True).items():
        yield (1, 0, source, slot), piece.drop("_slot")


def _filled(piece: pl.DataFrame) -> pl.DataFrame:
    """Gives the piece without columns that hold no value, as they would cost memory."""
    return piece.select(column for column in piece if column.null_count() < piece.height or column.name in ORDER)


def _sorted(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames, how="diagonal").sort(ORDER, nulls_last=True)
