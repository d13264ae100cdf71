"""What a scene says of its failing requests is what their frame says, however often it is asked."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.counted import counted
from analyzer.diagnose._scene import ALWAYS, Scene
from analyzer.model import Evidence, Ref

SCHEMA = {"exchange": pl.UInt32, "status": pl.Int32, "error": pl.String, "weight": pl.Int64}
EVENTS = {
    "exchange": pl.UInt32, "event": pl.UInt32, "hop": pl.Int8, "level": pl.String, "exception_type": pl.String,
    "join": pl.String, "source": pl.String, "line": pl.Int64, "format": pl.String,
}  # fmt: skip
TESTS = (
    pl.col("status") >= 500,
    pl.col("error").str.contains("a"),
    pl.col("status").is_null() | (pl.col("error") == ""),
    pl.col("status").max() == 502,
    pl.lit(value=True),
    pl.lit(None, pl.Boolean),
    ALWAYS,
)
FAILING = st.lists(
    st.tuples(st.sampled_from([None, 404, 502]), st.sampled_from([None, "", "a"]), st.integers(1, 9)), max_size=6
)


def scene_of(rows, events=()):
    failing = pl.DataFrame([(at, *row) for at, row in enumerate(rows)], schema=SCHEMA, orient="row")
    return Scene(failing, failing, pl.DataFrame(list(events), schema=EVENTS, orient="row"))


@given(FAILING, st.booleans(), st.booleans())
def test_counts_and_first_rows_are_those_of_the_frame(rows, weighs, at_once):
    scene = scene_of(rows)
    if not weighs:
        scene = Scene(scene.failing.drop("weight"), scene.window, scene.events)
    if at_once:
        scene.ask(TESTS)
    for test in (*TESTS, *TESTS):
        holds = pl.col("exchange").is_not_null() & test.fill_null(value=False)
        assert scene.count(test) == counted(scene.failing, test)
        assert scene.first(test) == next(scene.failing.filter(holds).iter_rows(named=True), None)


def test_a_test_that_is_no_longer_held_does_not_answer_for_another_one():
    scene = scene_of([(status, None, 1) for status in range(400, 500)])
    assert [scene.count(pl.col("status") < 400 + at) for at in range(100)] == list(range(100))


@pytest.mark.parametrize(
    ("test", "hops", "line", "join"),
    [
        (ALWAYS, (), 2, "exact"),
        (ALWAYS, (1,), 1, "exact"),
        (ALWAYS, (3,), 2, "exact"),
        (pl.col("status") == 404, (1,), 4, None),
        (pl.col("status") == 404, (3,), 4, None),
        (pl.col("status") == 999, (), None, None),
    ],
)
def test_a_quote_names_the_row_of_the_first_exchange_that_passes(test, hops, line, join):
    events = [
        (0, 0, 1, None, None, "exact", "a.log", 1, "combined"),
        (0, 1, 3, "error", None, "exact", "b.log", 2, "jsonl"),
        (0, 2, 3, "info", None, "exact", "b.log", 3, "jsonl"),
        (1, 3, 1, None, None, None, "a.log", 4, "combined"),
        (7, 4, 0, None, None, None, "c.har", 5, "har"),
    ]
    found = scene_of([(502, None, 1), (404, None, 1)], events).quote("Said.", test, *hops)
    assert found.text == "Said."
    assert (found.ref.line if found.ref else None, found.join) == (line, join)
    assert isinstance(found, Evidence)
    assert found.ref is None or isinstance(found.ref, Ref)
