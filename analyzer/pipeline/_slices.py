"""Cuts the events of all parts into slices of time, so that no more than one is in memory where events are joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from analyzer.pipeline._tables import columns_of
from analyzer.schema import TIMESTAMP

Move = Callable[[pl.DataFrame], pl.DataFrame]
MOVED = ("timestamp", "stamped_at", "collected_at", "source", "format", "line", "host")  # what a Move looks at
_MARGINS_S = (75, 60, 30, 15, 5, 0)  # proxies wait for 60 s by default before they write the line of a time-out
# Each divides the next, so that counts of one width add up to those of the next.
_WIDTHS_S = (1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400, 864_000)
_MOST_BUCKETS = 100_000
_STRATA_S = (10, 60, 180, 300, 600, 1800, 3600, 10_800, 21_600, 86_400, 604_800)
_PART = pl.Schema(
    {"part": pl.Int64(), "first": TIMESTAMP, "last": TIMESTAMP, "rows": pl.Int64(), "timeless": pl.Int64()}
)
_MOST_STRATA = 720  # a day in stretches of three minutes


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of begin <= timestamp < end, or those without a time where both are None.

    Rows of the margins around it are looked at where sources are joined, and belong to other slices. Of several equal
    shares, one after the other as the rows were read, it is the one with this number: where one instant, or what has
    no time, is more than fits into memory.
    """

    rows: int
    begin: datetime | None = None
    end: datetime | None = None
    before: timedelta = timedelta()
    after: timedelta = timedelta()
    number: int = 0
    shares: int = 1


@dataclass(frozen=True, slots=True)
class Survey:
    """How the rows are spread over time.

    parts: part (number), first, last (timestamps), rows, timeless; one row per part. counts: bucket (seconds since 1970
    divided by width) and rows, sorted.
    """

    parts: pl.DataFrame
    counts: pl.DataFrame
    width: int

    @property
    def rows(self) -> int:
        """Number of all rows."""
        return int(self.parts["rows"].sum())

    @property
    def timeless(self) -> int:
        """Number of rows without a time."""
        return int(self.parts["timeless"].sum())


def survey(parts: Sequence[Path], move: Move | None) -> Survey:
    """Counts the rows of all parts over time, after move has corrected their times."""
    bounds, counts, width = [], pl.DataFrame(schema={"bucket": pl.Int64, "rows": pl.Int64}), _WIDTHS_S[0]
    for number, frame in enumerate(columns_of(parts, MOVED if move else ("timestamp",))):
        times = (move(frame) if move else frame)["timestamp"]
        bounds.append((number, times.min(), times.max(), times.len(), times.null_count()))
        own = pl.DataFrame({"bucket": times.drop_nulls().dt.epoch("s") // width})
        counts, width = _narrow(pl.concat([counts, own.with_columns(rows=pl.lit(1, pl.Int64))]), width)
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "part": pl.Int64,
        "first": TIMESTAMP,
        "last": TIMESTAMP,
        "rows": pl.Int64,
        "timeless": pl.Int64,
    }
    return Survey(pl.DataFrame(bounds, schema=schema, orient="row"), counts.sort("bucket"), width)


def _narrow(counts: pl.DataFrame, width: int) -> tuple[pl.DataFrame, int]:
    """Adds up, and widens the buckets until they are few: whichever the order of the parts, the result is the same."""
    counts = counts.group_by("bucket").agg(pl.col("rows").sum())
    while counts.height > _MOST_BUCKETS and width != _WIDTHS_S[-1]:
        wider = _WIDTHS_S[_WIDTHS_S.index(width) + 1]
        counts = counts.group_by(pl.col("bucket") // (wider // width)).agg(pl.col("rows").sum())
        width = wider
    return counts, width


def cut(found: Survey, largest: int) -> tuple[Slice, ...]:
    """Gives slices of at most largest rows, in the order of time; those of rows without a time are the last."""
    slices: list[Slice] = []
    for first, last, rows in _stretches(found.counts, largest):
        begin, end = first * found.width, (last + 1) * found.width
        before, after = (_margin(found, edge, step, largest) for edge, step in ((begin, -1), (end, 1)))
        slices += _shares(Slice(rows, _moment(begin), _moment(end), before, after), largest)
    if found.timeless:
        slices += _shares(Slice(found.timeless), largest)
    return tuple(slices)


def strata_seconds(found: Survey) -> int:
    """Gives the width of the stretches of time within which exact counts are kept: some hundreds over all."""
    if not found.counts.height:
        return _STRATA_S[0]
    span = (int(found.counts["bucket"][-1]) - int(found.counts["bucket"][0]) + 1) * found.width
    return next((width for width in _STRATA_S if span / width <= _MOST_STRATA), _STRATA_S[-1])


def begins_in(asked: Slice) -> pl.Expr:
    """Tells the rows of the slice from those of its margins."""
    if asked.begin is None or asked.end is None:
        return pl.lit(value=True)
    return (pl.col("timestamp") >= asked.begin) & (pl.col("timestamp") < asked.end)


def _stretches(counts: pl.DataFrame, largest: int) -> Iterator[tuple[int, int, int]]:
    """Yields the first and the last bucket of each slice, and its rows."""
    first = last = None
    total = 0
    for bucket, rows in counts.iter_rows():
        if first is not None and last is not None and total + rows > largest:
            yield first, last, total
            first, total = None, 0
        first = bucket if first is None else first
        last, total = bucket, total + rows
    if first is not None and last is not None:
        yield first, last, total


def _margin(found: Survey, edge: int, step: int, largest: int) -> timedelta:
    """Gives the widest margin on one side of a moment that holds no more than half of a slice."""
    start = pl.col("bucket") * found.width
    for seconds in _MARGINS_S:
        inside = (
            start.is_between(edge - seconds - found.width + 1, edge - 1)
            if step < 0
            else (start.is_between(edge, edge + seconds - 1))
        )
        if found.counts.filter(inside)["rows"].sum() * 2 <= largest:
            return timedelta(seconds=seconds)
    return timedelta()


def _shares(whole: Slice, largest: int) -> list[Slice]:
    shares = -(-whole.rows // largest)
    if shares == 1:
        return [whole]
    return [
        Slice(_share(whole.rows, number, shares), whole.begin, whole.end, number=number, shares=shares)
        for number in range(shares)
    ]


def _share(rows: int, number: int, shares: int) -> int:
    return rows * (number + 1) // shares - rows * number // shares


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def rows_of_slice(
    parts: Sequence[Path], found: Survey, asked: Slice, move: Move | None, *, raw: bool
) -> Iterator[pl.DataFrame]:
    """Yields the rows of a slice and its margins, with corrected times, part by part; all columns that a part has."""
    seen, total = 0, asked.rows
    if asked.shares > 1:
        total = _total(found, asked)
    first, last = (total * (asked.number + step) // asked.shares for step in (0, 1))
    for number in touched(found, asked):
        frame = _read(parts[number], asked, move, raw=raw)
        if asked.shares > 1:
            begin, seen = seen, seen + frame.height
            frame = frame.slice(max(0, first - begin), max(0, min(last, seen) - max(first, begin)))
        if frame.height:
            yield frame


def _read(part: Path, asked: Slice, move: Move | None, *, raw: bool) -> pl.DataFrame:
    if move is None:
        # Row groups whose times lie elsewhere are not read.
        found = pl.scan_parquet(part, glob=False).filter(_inside(asked))
        return (found if raw else found.drop("raw", strict=False)).collect()
    frame = pl.read_parquet(part, glob=False)
    return move(frame if raw else frame.drop("raw", strict=False)).filter(_inside(asked))


def _total(found: Survey, asked: Slice) -> int:
    if asked.begin is None:
        return found.timeless
    bucket = int(asked.begin.timestamp()) // found.width
    return int(found.counts.filter(pl.col("bucket") == bucket)["rows"].sum())


def touched(found: Survey, asked: Slice) -> list[int]:
    """Gives the numbers of the parts that may hold rows of the slice or its margins."""
    if asked.begin is None or asked.end is None:
        return found.parts.filter(pl.col("timeless") > 0)["part"].to_list()
    reach = (pl.col("last") >= asked.begin - asked.before) & (pl.col("first") < asked.end + asked.after)
    return found.parts.filter(reach)["part"].to_list()


def _inside(asked: Slice) -> pl.Expr:
    if asked.begin is None or asked.end is None:
        return pl.col("timestamp").is_null()
    return (pl.col("timestamp") >= asked.begin - asked.before) & (pl.col("timestamp") < asked.end + asked.after)
