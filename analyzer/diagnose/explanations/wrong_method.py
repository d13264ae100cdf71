"""Says which method works on the route for which another one is not allowed."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.counted import WEIGHT, counted, number, weighed
from analyzer.diagnose.explanations._subject import Explanation, Subject, clock_time, first_row, place_of, times
from analyzer.model import Evidence

_PLACE = ["host", "route"]
_MOST_ROUTES = 3


def explain(subject: Subject) -> Iterator[Explanation]:
    """Compares 405 and 501 (RFC 9110, 15.5.6 and 15.6.2) with what worked on the same host and route."""
    refused = subject.failing(405, 501).filter(pl.col("route").is_not_null(), pl.col("method").is_not_null())
    if refused.is_empty():
        return
    routes = (
        weighed(refused)
        .group_by("method", *_PLACE, maintain_order=True)
        .agg(count=number(), since=pl.col("timestamp").min())
    )
    worked = subject.working(refused, _PLACE)
    ordered = routes.sort("count", "route", descending=[True, False], maintain_order=True)
    for row in ordered.head(_MOST_ROUTES).iter_rows(named=True):
        same = worked.filter(pl.col("route").eq(row["route"]), pl.col("host").eq_missing(row["host"]))
        yield from _of_route(row, same)


def _of_route(row: dict[str, object], same: pl.DataFrame) -> Iterator[Explanation]:
    method, route, count = str(row["method"]), str(row["route"]), int(str(row["count"]))
    worked = same.filter(pl.col("method") == method)
    before = worked.filter(pl.col("timestamp") < row["since"])
    if before.height:
        last = before.row(-1, named=True)
        still = counted(worked) - counted(before)
        since = f"{times(still)} since as well" if still else "not once since, so what is allowed there has changed"
        told = f"{times(counted(before))}, the last at {clock_time(last['timestamp'])}"
        text = f"{method} {route} worked before ({told}), and {since}."
        step = (
            f"Look for what changed on {route} after {clock_time(last['timestamp'])}: a release, a route of the proxy."
        )
        yield Explanation((Evidence(text, place_of(last)),), (step,), 0, count)
    others = same.filter(pl.col("method") != method, pl.col("method") != "OPTIONS")
    if others.is_empty():
        return
    methods = others.group_by("method").agg(number()).sort(WEIGHT, "method", descending=[True, False])
    shown = ", ".join(f"{name} ({times(often)})" for name, often in methods.head(4).iter_rows())
    text = f"{count:,} asked {method} {route}; on the same route in this data worked {shown}."
    step = f"Send {methods['method'][0]} to {route}, or have {method} allowed there."
    yield Explanation((Evidence(text, place_of(first_row(others))),), (step,), 0, count)
