"""Distinct values are counted alike however they lie in parts."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.pipeline._distinct import distinct, united


@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=3))), max_size=5))
def test_few_values_are_counted_exactly(parts):
    sketches = [distinct(pl.Series(part, dtype=pl.String)) for part in parts]
    everything = distinct(pl.Series([value for part in parts for value in part], dtype=pl.String))
    assert everything.count == len({value for part in parts for value in part} - {None})
    if sketches:
        assert united(sketches).hashes.equals(everything.hashes)
        assert united([united(sketches[:2]), *sketches[2:]] if sketches[2:] else sketches).hashes.equals(
            everything.hashes
        )


@pytest.mark.parametrize("number", [16_383, 20_000, 300_000])
def test_many_values_are_estimated_to_three_percent_whatever_the_parts(number):
    values = pl.select(pl.format("10.{}.x", pl.int_range(number))).to_series()
    whole = distinct(values)
    parts = [distinct(values.slice(start, 70_000)) for start in range(0, number, 50_000)]  # parts overlap
    assert united(parts).hashes.equals(whole.hashes)
    assert united(parts[::-1]).count == whole.count
    assert abs(whole.count - number) <= (0 if number < 16_384 else 0.03 * number)
