"""Reads the Parquet parts back: all events, or only the lines that evidence points at."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.model import Exhibit, Ref, Reject
from analyzer.pipeline._plan import Reading
from analyzer.schema import conform, empty

MOST_RAW_BYTES = 512 << 20


def read_events(reading: Reading) -> pl.DataFrame:
    """Gives the canonical frame of all parts, sorted by timestamp, source and line.

    raw stays on disk (null here) when all parts together are larger than 512 MB; keyword rules are then not evaluated.
    """
    if not reading.parts:
        return empty()
    scan = pl.scan_parquet(list(reading.parts))
    if sum(part.stat().st_size for part in reading.parts) > MOST_RAW_BYTES:
        scan = scan.drop("raw")
    return conform(scan.collect()).sort("timestamp", "source", "line", nulls_last=True)


def raw_texts(reading: Reading) -> Iterator[pl.Series]:
    """Yields the raw lines of events and rejects, one part at a time."""
    for part in (*reading.parts, *reading.reject_parts):
        yield pl.read_parquet(part, columns=["raw"])["raw"]


def exhibits_of(reading: Reading, wanted: dict[Ref, str | None]) -> tuple[Exhibit, ...]:
    """Gives the lines that the refs point at, in the refs' order; wanted maps a ref to its incident."""
    if not wanted or not reading.parts:
        return ()
    keys = pl.DataFrame(
        [(ref.source, ref.entry if ref.entry is not None else ref.line, ref.entry is not None) for ref in wanted],
        schema={"source": pl.String, "line": pl.Int64, "is_entry": pl.Boolean},
        orient="row",
    )
    found = (
        pl.scan_parquet(list(reading.parts))
        .select("source", "line", "timestamp", "raw", is_entry=pl.col("format") == "har")
        .join(keys.lazy(), on=["source", "line", "is_entry"], how="semi")
        .collect()
    )
    lines = {
        Ref(source, entry=line) if is_entry else Ref(source, line=line): (timestamp, raw or "")
        for source, line, timestamp, raw, is_entry in found.iter_rows()
    }
    return tuple(Exhibit(ref, *lines[ref], incident) for ref, incident in wanted.items() if ref in lines)


def read_rejects(reading: Reading) -> pl.DataFrame:
    """Gives source, line, reason, raw, format of every reject, in the order of reading."""
    return pl.concat([pl.read_parquet(part) for part in reading.reject_parts])


def first_rejects(rejects: pl.DataFrame, most: int) -> tuple[Reject, ...]:
    """Gives the first rejects for the report."""
    return tuple(
        Reject(Ref(row["source"], entry=row["line"]) if row["format"] == "har" else Ref(row["source"], row["line"]),
               row["reason"], row["raw"] or "")
        for row in rejects.head(most).iter_rows(named=True)
    )  # fmt: skip
