"""Writes the canonical frame into a redacted Parquet, NDJSON or CSV file, a slice of time after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from analyzer.diagnose.zones import apply_shifts
from analyzer.pipeline._frame_seal import seal
from analyzer.pipeline._frame_slices import Cuts, slices
from analyzer.pipeline._frame_sources import frame_metadata
from analyzer.pipeline._plan import Run
from analyzer.redact import TEXTS, People
from analyzer.schema import EVENTS, conform, empty
from analyzer.values import no_formula

ROWS = 100_000  # of a slice
_GROUP = 1 << 15  # small row groups are read back with little memory


def frame_file(state: Run, suffix: str, rows: int = ROWS) -> Path:
    """Writes the canonical frame into the work folder, as the kind that the suffix names: .parquet, .ndjson or .csv.

    Its times are on the zones that were found, as those of the findings are; about so many rows are in memory at once.
    """
    assert state.reading is not None  # noqa: S101 - read before
    assert state.redactor is not None  # noqa: S101 - filled by parse and by run
    redactor, people, cuts = state.redactor, state.plan.people(), Cuts(rows)
    redactor.learn_columns(_texts(state, people, cuts))  # a secret that one row names may stand in any other
    path = state.plan.work / f"frame{suffix}"
    ordered = slices(_parts(state, people), cuts, state.plan.work) if state.reading.parts else [empty()]
    clean = (redactor.frame(conform(frame)) for frame in ordered)
    if suffix == ".parquet":
        _write_parquet(clean, path, frame_metadata(state))
        with path.open("r+b") as file:
            seal(file, state.plan.key)
    elif suffix == ".ndjson":
        _write(path, (frame.write_ndjson().encode() for frame in clean))
    else:
        plain = enumerate(map(_for_spreadsheets, clean))
        _write(path, (frame.write_csv(include_header=number == 0).encode() for number, frame in plain))
    return path


def _parts(state: Run, people: People) -> Iterator[pl.DataFrame]:
    """Yields the canonical rows of each part, on the zones that were found and without the names of people."""
    assert state.reading is not None  # noqa: S101 - read before
    for part in state.reading.parts:
        yield people.hidden(apply_shifts(conform(pl.read_parquet(part, glob=False)), state.shifts))


def _write_parquet(frames: Iterator[pl.DataFrame], path: Path, metadata: dict[str, str]) -> None:
    """Writes one frame as it is, and several one after the other, of which two or three are held at once."""
    waiting = list(islice(frames, 2))
    if len(waiting) == 1:
        waiting[0].write_parquet(path, compression="zstd", row_group_size=_GROUP, metadata=metadata)
        return

    def read(_: object, __: object, ___: object, ____: object) -> Iterator[pl.DataFrame]:
        while waiting:
            yield waiting.pop(0)
        yield from frames

    register_io_source(read, schema=pl.Schema(EVENTS)).sink_parquet(
        path, compression="zstd", row_group_size=_GROUP, metadata=metadata
    )


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)


def _texts(state: Run, people: People, cuts: Cuts) -> Iterator[pl.Series]:
    """Yields each column of text, and the texts in each column of lists, of all parts, which cuts looks at."""
    for part in _parts(state, people):
        cuts.look(part)
        for name, dtype in part.schema.items():
            if dtype in TEXTS:
                yield part[name] if dtype == pl.String else part[name].explode(empty_as_null=True)


def _for_spreadsheets(frame: pl.DataFrame) -> pl.DataFrame:
    lists = frame.with_columns(
        pl.col(name).cast(pl.List(pl.String)).list.join(", ", ignore_nulls=True)
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.List)
    )
    return lists.with_columns(no_formula(name) for name, dtype in lists.schema.items() if dtype == pl.String)
