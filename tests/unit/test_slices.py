"""Slices hold every row once, however the rows are spread over time and parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.pipeline._slices import Slice, begins_in, cut, rows_of_slice, strata_seconds, survey
from analyzer.schema import TIMESTAMP

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)


def written(folder, parts):
    paths = []
    for number, seconds in enumerate(parts):
        times = [None if second is None else BEGAN + timedelta(seconds=second) for second in seconds]
        frame = pl.DataFrame({"timestamp": times}, schema={"timestamp": TIMESTAMP}).with_columns(
            source=pl.lit("a.log"), line=pl.int_range(pl.len(), dtype=pl.Int64) + number * 1_000, raw=pl.lit("text")
        )
        paths.append(folder / f"{number}.parquet")
        frame.write_parquet(paths[-1])
    return paths


def owned(paths, found, asked, move=None):
    rows = list(rows_of_slice(paths, found, asked, move, raw=False))
    return pl.concat([frame.filter(begins_in(asked)) for frame in rows])["line"].to_list() if rows else []


parts_of_seconds = st.lists(
    st.lists(st.one_of(st.none(), st.integers(0, 20), st.integers(0, 3_000_000)), min_size=1, max_size=40),
    min_size=1,
    max_size=5,
)


@given(parts_of_seconds, st.integers(3, 30))
def test_every_row_belongs_to_one_slice_and_none_is_too_large(tmp_path_factory, parts, largest):
    paths = written(tmp_path_factory.mktemp("parts"), parts)
    found = survey(paths, None)
    slices = cut(found, largest)
    lines = [line for asked in slices for line in owned(paths, found, asked)]
    assert sorted(lines) == sorted(line for path in paths for line in pl.read_parquet(path)["line"])
    assert sum(each.rows for each in slices) == sum(map(len, parts))
    assert all(each.rows <= largest for each in slices)
    assert [each.begin for each in slices if each.begin] == sorted(each.begin for each in slices if each.begin)


@given(parts_of_seconds)
@settings(max_examples=30)
def test_the_slices_do_not_depend_on_how_the_rows_lie_in_parts(tmp_path_factory, parts):
    together = [[second for part in parts for second in part]]
    found = [survey(written(tmp_path_factory.mktemp("parts"), each), None) for each in (parts, together, parts[::-1])]
    assert cut(found[0], 10) == cut(found[1], 10) == cut(found[2], 10)
    assert strata_seconds(found[0]) == strata_seconds(found[1])


def test_rows_of_the_margin_are_seen_and_belong_to_the_neighbour(tmp_path):
    paths = written(tmp_path, [list(range(0, 1000, 10))])  # 100 rows, one in ten seconds
    found = survey(paths, None)
    slices = cut(found, 40)
    assert [each.rows for each in slices] == [40, 40, 20]
    middle = slices[1]
    assert (middle.begin, middle.end) == (BEGAN + timedelta(seconds=400), BEGAN + timedelta(seconds=791))
    # 75 s hold 8 rows on each side, no more than half of a slice.
    assert (middle.before, middle.after) == (timedelta(seconds=75), timedelta(seconds=75))
    seen = pl.concat(rows_of_slice(paths, found, middle, None, raw=False))["line"].to_list()
    assert seen == list(range(33, 87))
    assert owned(paths, found, middle) == list(range(40, 80))


def test_a_margin_that_would_be_larger_than_half_a_slice_is_shorter(tmp_path):
    paths = written(tmp_path, [[second // 4 for second in range(400)]])  # four rows a second
    slices = cut(survey(paths, None), 100)
    assert slices[1].before == timedelta(seconds=5)  # 20 rows; the next wider one, 15 s, would hold 60


def test_an_instant_with_more_rows_than_a_slice_holds_is_cut_into_shares(tmp_path):
    paths = written(tmp_path, [[5] * 30, [5] * 45])
    found = survey(paths, None)
    slices = cut(found, 30)
    assert [(each.number, each.shares, each.rows) for each in slices] == [(0, 3, 25), (1, 3, 25), (2, 3, 25)]
    assert [len(owned(paths, found, each)) for each in slices] == [25, 25, 25]


def test_times_are_counted_as_they_are_corrected(tmp_path):
    paths = written(tmp_path, [[0, 10], [3600]])
    found = survey(paths, lambda frame: frame.with_columns(pl.col("timestamp") - pl.duration(hours=1)))
    assert found.parts["first"].to_list() == [BEGAN - timedelta(hours=1), BEGAN]
    assert cut(found, 2)[0].begin == BEGAN - timedelta(hours=1)


def test_timeless_rows_have_slices_of_their_own_at_the_end(tmp_path):
    paths = written(tmp_path, [[None, 1, None], [None, 2]])
    found = survey(paths, None)
    slices = cut(found, 2)
    assert slices[-1] == Slice(2, number=1, shares=2)
    assert [owned(paths, found, each) for each in slices] == [[1, 1001], [0], [2, 1000]]


def test_the_exact_stretches_of_a_day_are_three_minutes_long(tmp_path):
    assert strata_seconds(survey(written(tmp_path, [[0, 86_399]]), None)) == 180
    assert strata_seconds(survey(written(tmp_path, [[0, 7_199]]), None)) == 10
