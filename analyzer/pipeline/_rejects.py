"""What a run tells of its rejects: some in the report, their reasons counted, and all in a file, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import polars as pl

from analyzer.model import Ref, Reject, RejectCount
from analyzer.pipeline._plan import Reading
from analyzer.redact import Redactor
from analyzer.redact.capture import reject_shown
from analyzer.report import escaped

_MOST_ALIKE = 5
_MOST_SHOWN = 100
_MOST_REASONS = 200
_ROWS = 50_000


def read_rejects(reading: Reading) -> pl.DataFrame:
    """Gives source, line, reason, raw, format of every reject, in the order of reading."""
    return pl.concat(reject_frames(reading))


def reject_frames(reading: Reading) -> Iterator[pl.DataFrame]:
    """Yields the same part by part.

    Of a HAR's entry that is broken only what is known to be harmless is text: no reader can tell what its values are.
    """
    for part in reading.reject_parts:
        rejects = pl.read_parquet(part, glob=False)
        of_har = pl.col("format").eq_missing("har")
        texts = rejects.filter(of_har)["raw"].drop_nulls().unique()
        shown = {text: reject_shown(text) for text in texts}
        yield rejects.with_columns(
            pl.when(of_har).then(pl.col("raw").replace(shown)).otherwise(pl.col("raw")).alias("raw")
        )


def tell_rejects(reading: Reading) -> tuple[tuple[Reject, ...], tuple[RejectCount, ...], int]:
    """Gives some rejects for the report, how many a source has for a reason, and how many there are.

    The first of each source and reason come before others, in the order of reading; the most frequent reasons first.
    """
    first, counts, total = [], [], 0
    for rejects in reject_frames(reading):
        first.append(_first_alike(rejects))
        counts.append(_counted(rejects))
        total += rejects.height
    return first_rejects(pl.concat(first), _MOST_SHOWN), count_rejects(pl.concat(counts), _MOST_REASONS), total


def _first_alike(rejects: pl.DataFrame) -> pl.DataFrame:
    return rejects.filter(pl.int_range(pl.len()).over("source", _reason()) < _MOST_ALIKE)


def first_rejects(rejects: pl.DataFrame, most: int) -> tuple[Reject, ...]:
    """Gives some rejects (source, line, reason, raw, format): the first of each source and reason before others."""
    nth = pl.int_range(pl.len()).over("source", _reason())
    some = rejects.with_row_index("_row").with_columns(_nth=nth).filter(pl.col("_nth") < _MOST_ALIKE)
    shown = some.sort("_nth", "_row").head(most).sort("_row")
    return tuple(
        Reject(_place(row["source"], row["line"], row["format"]), row["reason"], row["raw"] or "")
        for row in shown.iter_rows(named=True)
    )


def _counted(rejects: pl.DataFrame) -> pl.DataFrame:
    """Adds up column count, by default 1 a row, by source and reason, whatever its column."""
    number = pl.col("count").sum() if "count" in rejects.columns else pl.len().cast(pl.Int64).alias("count")
    return rejects.group_by("source", _reason(), maintain_order=True).agg(pl.col("line", "format").first(), number)


def count_rejects(rejects: pl.DataFrame, most: int) -> tuple[RejectCount, ...]:
    """Gives how many rejects (source, line, reason, format, count) of a source have a reason, the most frequent first.

    Without the column count each row is one.
    """
    ranked = _counted(rejects).sort("count", descending=True, maintain_order=True).head(most)
    return tuple(
        RejectCount(_place(source, line, form), reason, count)
        for source, reason, line, form, count in ranked.iter_rows()
    )


def _reason() -> pl.Expr:
    return pl.col("reason").str.replace(r" at column \d+", "")


def _place(source: str, line: int, form: str | None) -> Ref:
    return Ref(source, entry=line) if form == "har" else Ref(source, line)


def write_rejects(reading: Reading, redactor: Redactor, path: Path) -> None:
    """Writes one JSON object a line: source, line or entry, reason, text."""
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for rejects in _together(reject_frames(reading)):
            for source, line, reason, raw, name in redactor.frame(rejects).iter_rows():
                place = "entry" if name == "har" else "line"
                text = encoder.encode({"source": source, place: line, "reason": reason, "text": raw}).decode()
                file.write(escaped(text).encode() + b"\n")


def _together(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yields some parts at a time: where secrets wait in files, these are searched for each."""
    held: list[pl.DataFrame] = []
    for frame in frames:
        held.append(frame)
        if sum(each.height for each in held) >= _ROWS:
            yield pl.concat(held)
            held = []
    if held:
        yield pl.concat(held)
