"""Pairs rows of two sides that look alike, each row with one of the other side at most, and counts what else fitted."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_MOST_ROUNDS = 20
_PAIRS = {"event": pl.UInt32, "access": pl.UInt32}
_PRECISION_US = 600_000  # half of a second that a coarse clock may mean, and a little


def nearest_pairs(rows: pl.DataFrame, columns: Sequence[str], tolerance: str) -> pl.DataFrame:
    """Gives event and access of the nearest pairs, each row in one pair at most.

    rows: event, at, is_edge and the columns that must be equal; a pair is one row with is_edge (access) and one
    without (event), no farther apart than the tolerance.
    """
    inner = rows.filter(~pl.col("is_edge")).drop("is_edge").sort("at", "event")
    outer = rows.filter("is_edge").select(*columns, access="event", access_at="at").sort("access_at", "access")
    found = [pl.DataFrame(schema=_PAIRS)]
    for _ in range(_MOST_ROUNDS):
        if inner.is_empty() or outer.is_empty():
            break
        nearest = inner.join_asof(
            outer,
            left_on="at",
            right_on="access_at",
            by=list(columns),
            strategy="nearest",
            tolerance=tolerance,
            check_sortedness=False,
        ).filter(pl.col("access").is_not_null())
        apart = (pl.col("at") - pl.col("access_at")).dt.total_microseconds().abs()
        taken = nearest.sort(apart, "event").unique("access", keep="first", maintain_order=True)
        if taken.is_empty():
            break
        found.append(taken.select("event", "access"))
        inner = inner.join(taken, on="event", how="anti", maintain_order="left")
        outer = outer.join(taken, on="access", how="anti", maintain_order="left")
    return pl.concat(found)


def ordered_pairs(rows: pl.DataFrame, columns: Sequence[str], tolerance_s: int) -> pl.DataFrame:
    """Gives event and access as nearest_pairs does, keeping the order where both sides have as many rows.

    rows: as for nearest_pairs, and line. Rows that follow one another within the tolerance are a run: where a run has
    as many rows of one side as of the other, the first belongs to the first, the second to the second.
    """
    if rows["is_edge"].all() or not rows["is_edge"].any():
        return pl.DataFrame(schema=_PAIRS)
    slack = pl.duration(seconds=tolerance_s)
    runs = (
        rows.sort(*columns, "at", "line", "event")
        .with_columns(begins=((pl.col("at") - pl.col("at").shift(1)).over(columns) > slack).fill_null(value=True))
        .with_columns(run=pl.col("begins").cum_sum())
        .with_columns(place=pl.col("event").cum_count().over("run", "is_edge"))
    )
    sides = [runs.filter(side) for side in (~pl.col("is_edge"), pl.col("is_edge"))]
    beside = sides[0].join(
        sides[1].select("run", "place", access="event", access_at="at"), on=["run", "place"], maintain_order="left"
    )
    near = (pl.col("at") - pl.col("access_at")).abs() <= slack
    sizes = runs.group_by("run").agg(inner=(~pl.col("is_edge")).sum(), outer=pl.col("is_edge").sum())
    even = sizes.filter(pl.col("inner") == pl.col("outer")).select("run")
    matched = beside.join(even, on="run", how="semi", maintain_order="left").filter(near.all().over("run"))
    rest = rows.join(matched.select("run").join(runs.select("run", "event"), on="run"), on="event", how="anti")
    nearest = nearest_pairs(rest.select("event", "at", "is_edge", *columns), columns, f"{tolerance_s}s")
    return pl.concat([matched.select("event", "access"), nearest])


def count_candidates(pairs: pl.DataFrame, rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Adds candidates (Int64) to event, access: how many rows of the other side fit the event as well as its own does.

    They have the same columns, and lie no farther from it than its partner, or than coarse clocks can tell.
    """
    outer = rows.filter("is_edge").select(*columns, access="event", access_at="at")
    paired = pairs.join(rows.select("event", *columns, "at"), on="event", how="left", maintain_order="left").join(
        outer.select("access", "access_at"), on="access", how="left", maintain_order="left"
    )
    apart = (pl.col("at") - pl.col("access_at")).dt.total_microseconds().abs()
    reach = pl.duration(microseconds=pl.max_horizontal(apart, pl.lit(_PRECISION_US)))
    bounds = paired.with_columns(last=pl.col("at") + reach, before=pl.col("at") - reach - pl.duration(microseconds=1))
    last, before = (number_until(bounds, bound, outer, "access_at", columns) for bound in ("last", "before"))
    return pairs.with_columns(candidates=(last - before).clip(1))


def number_until(rows: pl.DataFrame, bound: str, others: pl.DataFrame, time: str, columns: Sequence[str]) -> pl.Series:
    """Gives for each row how many of the others, alike by columns, have their time at its bound or before it."""
    numbered = others.select(*columns, time).sort(time).with_columns(_number=pl.col(time).cum_count().over(columns))
    found = (
        rows.select(*columns, bound)
        .with_row_index("_place")
        .sort(bound)
        .join_asof(
            numbered.rename({time: "_time"}),
            left_on=bound,
            right_on="_time",
            by=list(columns),
            strategy="backward",
            check_sortedness=False,
        )
    )
    return found.sort("_place")["_number"].fill_null(0).cast(pl.Int64)
