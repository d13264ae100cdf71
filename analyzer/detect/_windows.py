"""Sliding windows anchored at events: counts and figures of values, alerts, and spans of neighbouring alerts.

Every frame here has group (UInt32) and at (Int64, microseconds). A window is [at - span, at], both ends included, and
events of the same instant lie in each other's window. Sigma correlation specification 2.1.
"""

from __future__ import annotations

import sys

import polars as pl


def count_distinct(events: pl.DataFrame, span_us: int) -> pl.DataFrame:
    """Gives group, at, metric: at each instant with an event, the distinct non-null values in its window.

    events: group, at, value, and amount (Int64), how much a value counts. A value is in the window from its occurrence
    until the span is over or it occurs again; so the counts are running sums of what comes and goes, and cost a sort,
    however many events a window holds.
    """
    key = ["group", "value", "at"]
    seen = events.select(*key, "amount").drop_nulls("value").unique(key).sort(key)
    following = pl.col("at").shift(-1).over("group", "value")
    leaves = pl.min_horizontal(pl.col("at") + (span_us + 1), following)
    anchors = events.select("group", "at").unique()
    changes = pl.concat(
        [
            seen.select("group", "at", pl.col("amount").alias("change")),
            seen.select("group", leaves.alias("at"), -pl.col("amount").alias("change")),
            anchors.with_columns(pl.lit(0, pl.Int64).alias("change")),
        ]
    )
    summed = changes.group_by("group", "at").agg(pl.col("change").sum()).sort("group", "at")
    running = summed.select("group", "at", pl.col("change").cum_sum().over("group").alias("metric"))
    return running.join(anchors, on=["group", "at"], how="semi").sort("group", "at")


def calculate(events: pl.DataFrame, span_us: int, metric: pl.Expr) -> pl.DataFrame:
    """Gives group, at, metric: at each instant with an event, an aggregate over its window; no row where it is null.

    events: group, at, event, weight and the columns of the aggregate; an event counts once.
    """
    rolled = (
        events.unique(["group", "event"], keep="first", maintain_order=True)
        .sort("group", "at", "event")
        .rolling("at", period=f"{span_us}i", closed="both", group_by="group")
        .agg(metric.alias("metric"))
    )
    most = sys.float_info.max  # what a sum grows beyond, a report could not write
    rolled = rolled.with_columns(pl.col("metric").clip(-most, most).fill_nan(None))
    return rolled.unique().drop_nulls("metric").sort("group", "at")


def add_begin(windows: pl.DataFrame, events: pl.DataFrame, span_us: int) -> pl.DataFrame:
    """Adds begin: the first event inside each window."""
    firsts = events.select("group", pl.col("at").alias("begin")).unique().sort("begin")
    edges = windows.with_columns((pl.col("at") - span_us).alias("edge")).sort("edge")
    joined = edges.join_asof(
        firsts, left_on="edge", right_on="begin", by="group", strategy="forward", check_sortedness=False
    )
    return joined.drop("edge").sort("group", "at")


def merge_alerts(alerts: pl.DataFrame, *, smallest: bool) -> pl.DataFrame:
    """Joins alerts whose windows touch; gives group, begin, end, peak, label, numbered in order of group and begin.

    alerts: group, at, begin, metric. peak is the largest metric, or the smallest.
    """
    ordered = alerts.sort("group", "begin", "at")
    starts = (pl.col("begin") > pl.col("at").cum_max().shift(1).over("group")).fill_null(value=True)
    peak = pl.col("metric").min() if smallest else pl.col("metric").max()
    spans = (
        ordered.with_columns(starts.cast(pl.UInt32).cum_sum().alias("label"))
        .group_by("group", "label")
        .agg(pl.col("begin").min(), pl.col("at").max().alias("end"), peak.alias("peak"))
    )
    return spans.sort("label")


def find_in_spans(events: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Gives the events that lie in a span of their group, with its label; spans of a group do not overlap."""
    edges = spans.select("group", "begin", "end", "label").sort("begin").with_columns(pl.col("begin").alias("edge"))
    joined = events.sort("at").join_asof(
        edges.rename({"begin": "span_begin"}), left_on="at", right_on="edge", by="group", check_sortedness=False
    )
    return joined.filter(pl.col("at") <= pl.col("end")).drop("edge", "end", "span_begin")


def find_in_windows(events: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Gives the events that lie in a window of their group (group, label, begin, at), once with each of its labels.

    Windows may overlap. Those of one label are joined first, and the events of each are cut out by their places, so
    that the cost is that of what is found.
    """
    ordered = windows.sort("group", "label", "begin", "at")
    starts = pl.col("begin") > pl.col("at").cum_max().shift(1).over("group", "label")
    spans = ordered.with_columns(starts.fill_null(value=True).cum_sum().alias("span"))
    spans = spans.group_by("group", "label", "span").agg(pl.col("begin").min(), pl.col("at").max().alias("end"))
    placed = events.sort("group", "at").with_row_index("place")
    near = placed.select("group", "at", "place").sort("at", "place")
    # Of events of one instant the first place is wanted at the begin, and the last one at the end.
    first = near.unique(["group", "at"], keep="first", maintain_order=True).rename({"at": "begin", "place": "first"})
    last = near.unique(["group", "at"], keep="last", maintain_order=True).rename({"at": "end", "place": "last"})
    found = (
        spans.sort("begin")
        .join_asof(first, on="begin", by="group", strategy="forward", check_sortedness=False)
        .sort("end")
        .join_asof(last, on="end", by="group", check_sortedness=False)
        .drop_nulls(["first", "last"])
        .filter(pl.col("first") <= pl.col("last"))
    )
    places = found.select("label", pl.int_ranges("first", pl.col("last") + 1, dtype=pl.UInt32).alias("place"))
    return placed.join(places.explode("place").unique(), on="place").drop("place")


def number_groups(frame: pl.DataFrame, keys: list[str], name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Adds a number for each combination of keys; gives the frame and the table of numbers and keys, sorted."""
    if not keys:
        return frame.with_columns(pl.lit(0, pl.UInt32).alias(name)), pl.DataFrame({name: [0]}, schema={name: pl.UInt32})
    table = frame.select(keys).unique().sort(keys).with_row_index(name)
    return frame.join(table, on=keys, how="left", nulls_equal=True, maintain_order="left"), table
