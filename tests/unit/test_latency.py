"""Quantiles of durations and counts of both sides, against counts by hand and against sorted lists."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from events_by_hand import START, frame, row
from hypothesis import given
from hypothesis import strategies as st
from report_cases import POOL

from analyzer.diagnose._separate import part_sides
from analyzer.diagnose._sides import sides_of
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.latency import measure
from analyzer.model import Latency, LatencyBucket, Quantiles, Ref, Separating, Side
from analyzer.pipeline import Plan, run, with_facts


def measured(*rows, incidents=(), failing=(), width=60):
    """Joins the rows and measures; failing holds, per incident, the paths whose requests failed."""
    joined = correlate(frame(*rows))
    exchanges = with_facts(joined.exchanges)
    rows_of = {
        incident.id: tuple(exchanges.filter(pl.col("path").is_in(paths), pl.col("status") >= 500)["row"].to_list())
        for incident, paths in zip(incidents, failing, strict=True)
    }
    return measure(joined, exchanges, incidents, rows_of, width)


def access(second, took, status=200, **more):
    return row("access", second, status=status, duration_us=took, **more)


def window(begin, end):
    """Gives an incident of these seconds."""
    return replace(
        POOL, id="incident-1", started=START + timedelta(seconds=begin), ended=START + timedelta(seconds=end)
    )


# Quantiles


def test_quantiles_are_durations_that_were_counted():
    """Of 1 to 20 µs, ranks 10, 18, 19 and 20 (50, 90, 95 % of 20, and 19.8 rounded up) are p50, p90, p95 and p99."""
    (series,) = measured(*(access(0, took) for took in range(1, 21))).series
    assert series.times == Quantiles(20, 10, 18, 19, 20, 20)


def test_of_one_request_every_quantile_is_its_duration():
    """The nearest rank of any share of one is one."""
    (series,) = measured(access(0, 7)).series
    assert series.times == Quantiles(1, 7, 7, 7, 7, 7)
    assert series.slowest == Ref("access.log", 1)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=250))
def test_at_least_so_many_are_no_longer_than_a_quantile(durations):
    """The definition of the nearest rank, for any durations: enough are no longer, and too few are shorter."""
    (series,) = measured(*(access(0, took) for took in durations)).series
    for share in (50, 90, 95, 99):
        value = getattr(series.times, f"p{share}")
        assert sum(took <= value for took in durations) * 100 >= share * len(durations)
        assert sum(took < value for took in durations) * 100 < share * len(durations)
    assert series.times.most == max(durations)


def test_each_interval_has_its_own_quantiles():
    """Two requests in the first minute, one in the third; the second has none and is not made up."""
    (series,) = measured(access(1, 10), access(59, 30), access(125, 20)).series
    assert series.buckets == (
        LatencyBucket(START, Quantiles(2, 10, 30, 30, 30, 30), 0),
        LatencyBucket(START + timedelta(minutes=2), Quantiles(1, 20, 20, 20, 20, 20), 0),
    )


def test_kinds_of_source_are_never_mixed():
    """One request seen by browser, edge and application counts once in each of three series."""
    found = measured(
        row("har", 0, status=200, duration_us=900, request_id="r-1-abcdef", host="a.test"),
        access(0, 500, request_id="r-1-abcdef", host="a.test"),
        row("app", 0, status=200, duration_us=400, request_id="r-1-abcdef", method="GET", path="/v1/x"),
    )
    assert [(each.teller, each.times.count, each.times.most) for each in found.series] == [
        ("browser", 1, 900),
        ("edge", 1, 500),
        ("application", 1, 400),
    ]


def test_what_an_application_does_on_the_way_is_no_answer():
    """A query that took 3 ms has no status; only the record of the answer counts."""
    found = measured(
        access(0, 500, request_id="r-1-abcdef"),
        row("app", 0, duration_us=3_000, request_id="r-1-abcdef", message="query"),
    )
    assert [each.teller for each in found.series] == ["edge"]


def test_of_two_proxies_the_outer_one_counts():
    """The one request of an outer proxy (500 µs) and an inner one (300 µs) is one duration, the longer."""
    found = measured(
        access(0, 500, request_id="r-1-abcdef", source="outer.log"),
        access(0, 300, request_id="r-1-abcdef", source="inner.log"),
    )
    assert [(each.times.count, each.times.most) for each in found.series] == [(1, 500)]


def test_timeouts_are_counted_with_and_without_a_duration():
    """504 and 408 are timeouts, 502 is none; one without a duration is in no quantile."""
    (series,) = measured(access(0, 10, 504), access(1, None, 408), access(2, 20, 502), access(3, 30)).series
    assert (series.timed_out, series.untimed, series.times.count) == (2, 1, 3)
    assert series.buckets[0].timed_out == 2


def test_an_open_connection_is_no_latency():
    """An upgrade to a WebSocket lasts as long as it is used; it is left out and counted."""
    found = measured(access(0, 10), access(1, 3_600_000_000, 101))
    assert found.held_open == 1
    assert found.series[0].times.most == 10


def test_without_durations_there_is_nothing():
    """A log that writes none gives no series, not one of zeros."""
    assert measured(access(0, None), access(1, None)) == Latency()


def test_an_incident_has_before_during_and_after():
    """Endpoint /a: 2 before; during: 2 failing, 1 working at its last moment, 1 failing otherwise; 1 after. /b is not its endpoint."""
    paths = {"path": "/a", "route": "/a", "target": "/a"}
    found = measured(
        *(access(second, took, **paths) for second, took in ((0, 10), (5, 20))),
        *(access(second, took, 500, **paths) for second, took in ((10, 900), (12, 700))),
        access(12.5, 30, **paths),
        access(11.5, 5, 404, **paths),
        access(30, 15, **paths),
        access(11, 99, path="/b", route="/b", target="/b"),
        incidents=[window(10, 12.5)],
        failing=[["/a"]],
    )
    told = {(each.when, each.outcome): (each.times.count, each.times.p50, each.times.most)
            for each in found.incidents["incident-1"]}  # fmt: skip
    assert told == {
        ("before", "all"): (2, 10, 20),
        ("during", "all"): (4, 30, 900),
        ("during", "failing"): (2, 700, 900),
        ("during", "working"): (1, 30, 30),
        ("after", "all"): (1, 15, 15),
    }


# Sides


SERVER = Separating("server behind", "b", 2, 3, 1, 4)


def test_sides_are_counted_by_value():
    """Two of three failing requests had b, one of four working ones; what is not known is a side of its own."""
    values = pl.Series(["b", "b", "a", "b", "a", None, "c"])
    failing = pl.Series([True, True, True, False, False, False, False])
    sides = sides_of(values, failing, SERVER)
    assert sides.sides == (Side("b", 2, 1), Side("a", 1, 1), Side("c", 0, 1), Side(None, 0, 1))
    assert (sides.attribute, sides.value, sides.other_values) == ("server behind", "b", 0)


def test_the_value_that_separates_is_always_shown():
    """It comes last of ten, as no request with it failed; the two least of the others are summed."""
    values = pl.Series([f"v{number}" for number in range(10) for _ in range(12 - number)] + ["b"])
    sides = sides_of(values, pl.Series([True] * (len(values) - 1) + [False]), SERVER)
    assert [side.value for side in sides.sides] == [*(f"v{number}" for number in range(7)), "b"]
    assert (sides.other_values, sides.other_failing, sides.other_working) == (3, 5 + 4 + 3, 0)


@given(
    st.lists(st.tuples(st.sampled_from([None, *"abcdefghijklmnop"]), st.booleans()), min_size=1, max_size=80),
    st.sampled_from("ab"),
)
def test_sides_add_up_to_all_that_was_compared(requests, chosen):
    """Whatever the values, no request is lost and none is counted twice."""
    values = pl.Series([value for value, _ in requests], dtype=pl.String)
    failing = pl.Series([fails for _, fails in requests])
    sides = sides_of(values, failing, replace(SERVER, value=chosen))
    assert sum(side.failing for side in sides.sides) + sides.other_failing == int(failing.sum())
    assert sum(side.working for side in sides.sides) + sides.other_working == int((~failing).sum())
    assert len(sides.sides) + sides.other_values == values.n_unique()
    ranked = [(-side.failing, -side.failing - side.working) for side in sides.sides]
    assert ranked == sorted(ranked)


@pytest.mark.parametrize("beside", [False, True])
def test_sides_agree_with_what_separates(beside):
    """Server b fails 10 times; a works 10 times. Where only methods differ, the other method's requests are a side."""
    rows = [
        row("access", second, status=500 if second < 10 else 200, upstream=["b" if second < 10 else "a"])
        for second in range(20)
    ]
    if beside:
        rows = [row("access", second, status=500 if second < 10 else 200, method="PUT" if second < 10 else "GET")
                for second in range(20)]  # fmt: skip
    given_rows = frame(*rows).with_columns(client=pl.lit(None, pl.String), failing=pl.col("status") == 500)
    inside = given_rows.filter(pl.col("method") == "PUT") if beside else given_rows
    found = part_sides(inside, given_rows.drop("failing") if beside else None)
    assert found is not None
    told, sides = found.separating, found.sides
    assert (
        (sides.attribute, sides.value)
        == (told.attribute, told.value)
        == (("method", "PUT") if beside else ("server behind", "b"))
    )
    assert sides.sides == (Side(told.value, 10, 0), Side("GET" if beside else "a", 0, 10))
    assert (told.failing_total, told.working_total) == (10, 10)


# A whole run


SAMPLE = Path(__file__).parents[2] / "sample_logs" / "retry-after-ignored"


def test_a_run_counts_both_sides_and_names_nobody(tmp_path):
    """Of the sample's incident every request is on a side; users are placeholders, also in the page."""
    done = run(Plan(inputs=tuple(str(path) for path in sorted(SAMPLE.iterdir())), work=tmp_path, key=b"k" * 32))
    analysis = done.analysis
    assert analysis is not None
    (incident,) = [each for each in analysis.findings.incidents if each.id in analysis.sides]
    sides = analysis.sides[incident.id]
    assert incident.separating is not None
    assert sum(side.failing for side in sides.sides) + sides.other_failing == incident.failed
    assert sum(side.working for side in sides.sides) + sides.other_working == incident.separating.working_total
    assert sides.attribute == "user"
    assert all(side.value and side.value.startswith("[redacted:user:") for side in sides.sides)
    assert sides.value == incident.separating.value
    for series in analysis.latency.series:
        assert sum(bucket.times.count for bucket in series.buckets if bucket.times) == series.times.count
        assert any(exhibit.ref == series.slowest for exhibit in analysis.exhibits)
    assert b'id="latency-edge"' in done.outputs["report.html"]
    assert not {"latency", "sides"} & set(json.loads(done.outputs["findings.json"]))
