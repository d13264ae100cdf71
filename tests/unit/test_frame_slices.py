"""The frame that is written a slice at a time is the one that is written at once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.pipeline import Plan, parse
from analyzer.pipeline._frame import frame_file
from analyzer.pipeline._frame_slices import Cuts, slices
from analyzer.redact import Store

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 30)), st.sampled_from("ab")), max_size=60)


@given(parts=st.lists(ROWS, min_size=1, max_size=4), rows=st.integers(1, 12))
def test_slices_are_the_rows_in_order(parts, rows, tmp_path_factory):
    """By time, source and line, those without a time last; none is lost, and no slice is the whole."""
    numbers = iter(range(1_000))
    frames = [
        pl.DataFrame(
            [(at if at is None else BEGAN + timedelta(seconds=at), source, next(numbers)) for at, source in part],
            schema={"timestamp": pl.Datetime("us", "UTC"), "source": pl.String, "line": pl.Int64},
            orient="row",
        )
        for part in parts
    ]
    cuts = Cuts(rows)
    for frame in frames:
        cuts.look(frame)
    told = [row for piece in slices(iter(frames), cuts, tmp_path_factory.mktemp("work")) for row in piece.rows()]
    late = datetime.max.replace(tzinfo=UTC)
    assert told == sorted((row for frame in frames for row in frame.rows()), key=lambda row: (row[0] or late, *row[1:]))


def access(count: int, step: int) -> str:
    return "".join(
        f"10.0.0.{number % 250} - u{number % 7}x{number} [{BEGAN + timedelta(seconds=number * step):%d/%b/%Y:%H:%M:%S} +0000] "
        f'"GET /x?token=s3cret-{number:04}a&last=s3cret-{count - 1 - number:04}a HTTP/1.1" 200 {number} "-" "curl/8.1 8.8.4.{number % 250}"\n'
        for number in range(count)
    )


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "a.log").write_text(access(300, 2))
    (tmp_path / "b.log").write_text(access(250, 3))
    (tmp_path / "c.log").write_text(
        "".join(f'{{"level":"error","message":"no s3cret-{n:04}a here"}}\n' for n in range(200))
    )
    return tuple(str(tmp_path / name) for name in ("a.log", "b.log", "c.log"))


def parsed(files: tuple[str, ...], work: Path):
    work.mkdir()
    return parse(Plan(files, work, b"k" * 32))


def read(path: Path) -> pl.DataFrame:
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    return (
        pl.read_csv(path, infer_schema=False)
        if path.suffix == ".csv"
        else pl.read_ndjson(path, infer_schema_length=None)
    )


@pytest.mark.parametrize("suffix", [".parquet", ".ndjson", ".csv"])
@pytest.mark.parametrize("held", [20_000, 10])
def test_in_slices_or_at_once_the_frame_is_the_same(suffix, held, files, tmp_path, monkeypatch):
    """Sources that overlap, one without times, secrets that another slice names, in memory or in files."""
    whole = read(frame_file(parsed(files, tmp_path / "whole"), suffix))
    monkeypatch.setattr("analyzer.pipeline._plan.Store", lambda folder: Store(folder, held=held))
    state = parsed(files, tmp_path / "work")
    assert state.redactor.recalls is (held == 10)
    path = frame_file(state, suffix, rows=60)
    assert whole.height == 750
    assert read(path).equals(whole)
    assert b"s3cret-" not in path.read_bytes()
    assert sorted(name.name for name in path.parent.glob("frame*")) == [path.name]


_AGAIN = """
import sys
from pathlib import Path
from analyzer.pipeline import Plan, parse
from analyzer.pipeline._frame import frame_file
frame_file(parse(Plan(tuple(sys.argv[2:]), Path(sys.argv[1]), b"k" * 32)), ".parquet", rows=60)
"""


def test_the_number_of_threads_changes_no_byte(files, tmp_path):
    """Neither of the slices nor of what joins them."""
    told = []
    for threads in ("1", "4"):
        work = tmp_path / threads
        work.mkdir()
        environment = {**os.environ, "POLARS_MAX_THREADS": threads}
        subprocess.run([sys.executable, "-c", _AGAIN, str(work), *files], check=True, env=environment)
        told.append((work / "frame.parquet").read_bytes())
    assert told[0] == told[1]
