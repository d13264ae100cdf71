"""Rejects are told alike however they lie in parts, and where there are many they go into a file."""

from __future__ import annotations

import json

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analyzer.model import Ref, Reject, RejectCount
from analyzer.pipeline import Plan, run
from analyzer.pipeline import _rejects as rejects
from analyzer.pipeline import _render as render
from analyzer.pipeline._plan import Reading
from analyzer.pipeline._rejects import read_rejects, tell_rejects

SCHEMA = {"source": pl.String, "line": pl.Int64, "reason": pl.String, "raw": pl.String, "format": pl.String}
GOOD = '10.0.0.1 - - [02/Mar/2026:10:00:0{} +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8.5.0"\n'


def reading(folder, parts):
    paths = []
    for number, rows in enumerate(parts):
        paths.append(folder / f"{number}.parquet")
        pl.DataFrame(rows, schema=SCHEMA, orient="row").write_parquet(paths[-1])
    return Reading((), (), tuple(paths), ())


rows = st.lists(
    st.tuples(
        st.sampled_from(["a.log", "b.log"]), st.integers(1, 99), st.sampled_from(["no format", "cut at column 7"]),
        st.just("text"), st.just("combined"),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(st.lists(rows, min_size=1, max_size=4))
def test_what_is_told_does_not_depend_on_the_parts(tmp_path_factory, parts):
    apart = reading(tmp_path_factory.mktemp("apart"), parts)
    together = reading(tmp_path_factory.mktemp("together"), [[row for part in parts for row in part]])
    assert read_rejects(apart).equals(read_rejects(together))
    assert tell_rejects(apart) == tell_rejects(together)


def test_rejects_of_three_parts_by_hand(tmp_path):
    parts = [
        [("a.log", 3, "cut at column 7", "x", "combined")],
        [("a.log", 9, "cut at column 2", "y", "combined"), ("b.log", 1, "no format", "z", "")],
    ]
    shown, counts, total = tell_rejects(reading(tmp_path, parts))
    assert total == 3
    assert shown == (
        Reject(Ref("a.log", 3), "cut at column 7", "x"),
        Reject(Ref("a.log", 9), "cut at column 2", "y"),
        Reject(Ref("b.log", 1), "no format", "z"),
    )
    assert counts == (RejectCount(Ref("a.log", 3), "cut", 2), RejectCount(Ref("b.log", 1), "no format", 1))


def test_many_rejects_wait_in_a_file_with_the_same_bytes(tmp_path, monkeypatch):
    log = tmp_path / "a.log"
    log.write_text("".join(GOOD.format(n) for n in range(5)) + "no line\n" * 3)
    states = []
    for most in (1 << 20, 10):
        monkeypatch.setattr(render, "_MOST_HELD", most)
        (tmp_path / f"work-{most}").mkdir()
        states.append(run(Plan((str(log),), tmp_path / f"work-{most}", b"k" * 32)))
    held, filed = states
    assert (list(held.files), "rejects.ndjson" in filed.outputs) == ([], False)
    told = filed.files["rejects.ndjson"].read_bytes()
    assert told == held.outputs["rejects.ndjson"]
    assert [json.loads(line)["line"] for line in told.splitlines()] == [6, 7, 8]


def test_parts_are_redacted_some_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(rejects, "_ROWS", 3)
    parts = [pl.DataFrame({"line": lines}) for lines in ([1, 2], [3], [4, 5, 6, 7], [8])]
    assert [each["line"].to_list() for each in rejects._together(iter(parts))] == [[1, 2, 3], [4, 5, 6, 7], [8]]
