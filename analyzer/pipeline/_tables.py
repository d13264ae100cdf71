"""Reads the Parquet parts back: all events, or only the lines that evidence points at."""

from __future__ import annotations

import bisect
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from analyzer.errors import UsageError
from analyzer.model import Exhibit, Ref
from analyzer.pipeline._plan import Reading, Span
from analyzer.redact import People
from analyzer.schema import EVENTS, conform, empty

_ORDER = ("timestamp", "source", "line")  # what rows are sorted by stays, even where no row has a time


@dataclass(frozen=True, slots=True)
class Written:
    """A frame in a Parquet file, in which the columns without any value are left out; schema has them all."""

    path: Path
    schema: pl.Schema

    def read(self) -> pl.DataFrame:
        """Gives the columns that hold something."""
        return pl.read_parquet(self.path, glob=False)


def write_part(folder: Path, stem: str, frame: pl.DataFrame, row_group_size: int | None = None) -> Written:
    """Writes a frame, unless it is empty without its columns that hold no value; raises UsageError for a full disk."""
    kept = [column for column in frame if column.null_count() < max(1, frame.height) or column.name in _ORDER]
    return Written(write_file(folder / f"{stem}.parquet", frame.select(kept), row_group_size), frame.schema)


def stack(frames: Iterable[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    """Puts frames that lack some columns one below the other; what all lack stays a constant, which takes no room."""
    filled = pl.concat(frames, how="diagonal")
    return filled.select(
        pl.col(name) if name in filled.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
    )


def write_file(path: Path, content: pl.DataFrame | bytes, row_group_size: int | None = None) -> Path:
    """Writes a frame as Parquet, or bytes as they are; raises UsageError where the disk is full."""
    try:
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.write_parquet(path, compression="lz4", row_group_size=row_group_size)
    except (pl.exceptions.ComputeError, OSError) as error:  # Polars has no error of its own for a full disk
        hint = "Make room, or name another folder for temporary files with the variable TMPDIR."
        raise UsageError(f"intermediate files cannot be written: {error}.", hint=hint) from error
    return path


def read_events(reading: Reading, *, raw: bool) -> pl.DataFrame:
    """Gives the canonical frame of all parts, sorted by timestamp, source and line; without raw it is null."""
    if not reading.parts:
        return empty()
    parts = (pl.read_parquet(part, glob=False) for part in reading.parts)
    narrow = pl.concat([part if raw else part.drop("raw") for part in parts], how="diagonal")
    # Columns that no source fills stay constants, which take no room.
    return conform(narrow.sort("timestamp", "source", "line", nulls_last=True))


def is_of_capture(part: Path) -> bool:
    """Tells whether a part holds entries of a HAR."""
    # A part of a frame holds rows of several sources.
    return bool((pl.read_parquet(part, columns=["format"], glob=False)["format"] == "har").any())


def read_columns(reading: Reading, names: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Yields these canonical columns of each part of the events; those that a part lacks are null."""
    yield from columns_of(reading.parts, names)


def columns_of(parts: Sequence[Path], names: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Yields the same of parts of events."""
    for part in parts:
        # A path of its own would be a pattern wherever the temporary folder's name has a bracket.
        with part.open("rb") as file:
            known = pl.read_parquet_schema(file)
        frame = pl.read_parquet(part, columns=[name for name in names if name in known], glob=False)
        missing = [pl.lit(None, dtype=EVENTS[name]).alias(name) for name in names if name not in known]
        yield frame.with_columns(missing).select(names)


def raw_texts(parts: Sequence[Path]) -> Iterator[pl.Series]:
    """Yields the raw lines of parts of events or of rejects, one part at a time."""
    for part in parts:
        yield pl.read_parquet(part, columns=["raw"], glob=False)["raw"]


def exhibits_of(reading: Reading, wanted: dict[Ref, str | None], people: People) -> tuple[Exhibit, ...]:
    """Gives the lines that the refs point at, without people, in the refs' order; wanted maps a ref to its incident."""
    if not wanted or not reading.parts:
        return ()
    keys = pl.DataFrame(
        [(ref.source, ref.entry if ref.entry is not None else ref.line, ref.entry is not None) for ref in wanted],
        schema={"source": pl.String, "line": pl.Int64, "is_entry": pl.Boolean},
        orient="row",
    )
    columns = ("source", "line", "timestamp", "raw")
    lines: dict[Ref, tuple[datetime | None, str]] = {}
    for part in columns_of(parts_with(reading, keys), (*columns, "format", *people.columns)):
        found = part.with_columns(is_entry=pl.col("format") == "har").join(
            keys, on=["source", "line", "is_entry"], how="semi"
        )
        # As plain texts, since rows of a frame would keep the texts of its whole part.
        lines |= {
            Ref(source, entry=line) if is_entry else Ref(source, line=line): (timestamp, raw or "")
            for source, line, timestamp, raw, is_entry in people.hidden(found).select(*columns, "is_entry").iter_rows()
        }
    return tuple(Exhibit(ref, *lines[ref], incident) for ref, incident in wanted.items() if ref in lines)


def rows_of(reading: Reading, places: pl.DataFrame, people: People) -> pl.DataFrame:
    """Gives the canonical rows at these places (source, line), without people, in the order of reading; raw is null."""
    found = []
    for part in columns_of(parts_with(reading, places), [name for name in EVENTS if name != "raw"]):
        rows = people.hidden(part.join(places, on=["source", "line"], how="semi", maintain_order="left"))
        found.append(_by_itself(rows))
    return conform(pl.concat(found)) if found else empty()


def _by_itself(rows: pl.DataFrame) -> pl.DataFrame:
    """Gives rows that share no memory with those beside which they were found."""
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="uncompressed")
    buffer.seek(0)
    return pl.read_parquet(buffer)


def parts_with(reading: Reading, places: pl.DataFrame) -> tuple[Path, ...]:
    """Gives the parts that may hold one of these places (source, line)."""
    asked: dict[str, list[int]] = {}
    for source, line in places.select("source", "line").sort("source", "line").iter_rows():
        asked.setdefault(source, []).append(line)
    return tuple(part for part in reading.parts if _may_hold(reading.spans.get(part), asked))


def _may_hold(span: Span | None, asked: Mapping[str, Sequence[int]]) -> bool:
    if span is None:
        return True
    lines = asked.get(span.source, ())
    at = bisect.bisect_left(lines, span.first)
    return at < len(lines) and lines[at] <= span.last
