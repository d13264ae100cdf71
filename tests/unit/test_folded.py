"""A column of nulls takes the room of one value, in what is made of the frame too, and nothing else changes."""

from __future__ import annotations

import polars as pl

from analyzer.folded import fold_empty

FRAME = pl.DataFrame(
    {"row": range(1000), "text": [None] * 1000, "held": ["x", None] * 500, "list": [None] * 1000},
    schema={"row": pl.UInt32, "text": pl.String, "held": pl.String, "list": pl.List(pl.Int64)},
)


def test_what_a_frame_says_stays_the_same():
    """Names, types, values, also of a frame without rows."""
    folded = fold_empty(FRAME)
    assert folded.equals(FRAME)
    assert folded.schema == FRAME.schema
    assert fold_empty(FRAME.clear()).schema == FRAME.schema


def test_what_is_made_of_a_folded_frame_is_folded():
    """A column of empty lists alone costs 8 bytes a row; folded, the two empty columns cost next to nothing."""
    folded = fold_empty(FRAME)
    for made in (folded, folded.filter(pl.col("row") > 9), folded.sort("held"), folded.with_columns(new=1)):
        whole, rest = made.estimated_size(), made.select("row", "held").estimated_size()
        assert whole - rest < 200
    assert FRAME.estimated_size() - FRAME.select("row", "held").estimated_size() > 8 * FRAME.height
