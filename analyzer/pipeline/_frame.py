"""Turns the canonical frame into a redacted Parquet, NDJSON or CSV file."""

from __future__ import annotations

import io
from collections.abc import Iterator

import polars as pl

from analyzer.diagnose.zones import apply_shifts
from analyzer.pipeline._frame_seal import seal
from analyzer.pipeline._frame_sources import frame_metadata
from analyzer.pipeline._plan import Run
from analyzer.pipeline._tables import read_events
from analyzer.redact import TEXTS
from analyzer.values import no_formula


def frame_bytes(state: Run, suffix: str) -> bytes:
    """Gives the canonical frame as a file of the kind that the suffix names: .parquet, .ndjson or .csv.

    Its times are on the zones that were found, as those of the findings are.
    """
    assert state.reading is not None  # noqa: S101 - read before
    assert state.redactor is not None  # noqa: S101 - filled by parse and by run
    redactor = state.redactor
    frame = apply_shifts(read_events(state.reading, raw=True), state.shifts)
    if state.shifts:
        frame = frame.sort("timestamp", "source", "line", nulls_last=True)
    frame = state.plan.people().hidden(frame)
    for texts in _texts(frame):
        redactor.learn(texts)
    clean = redactor.frame(frame)
    buffer = io.BytesIO()
    if suffix == ".parquet":
        # Small row groups are read back with little memory.
        clean.write_parquet(buffer, compression="zstd", row_group_size=1 << 16, metadata=frame_metadata(state))
        seal(buffer, state.plan.key)
    elif suffix == ".ndjson":
        clean.write_ndjson(buffer)
    else:
        _for_spreadsheets(clean).write_csv(buffer)
    return buffer.getvalue()


def _texts(frame: pl.DataFrame) -> Iterator[pl.Series]:
    """Yields each column of text, and the texts in each column of lists."""
    for name, dtype in frame.schema.items():
        if dtype in TEXTS:
            yield frame[name] if dtype == pl.String else frame[name].explode(empty_as_null=True)


def _for_spreadsheets(frame: pl.DataFrame) -> pl.DataFrame:
    lists = frame.with_columns(
        pl.col(name).cast(pl.List(pl.String)).list.join(", ", ignore_nulls=True)
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.List)
    )
    return lists.with_columns(no_formula(name) for name, dtype in lists.schema.items() if dtype == pl.String)
