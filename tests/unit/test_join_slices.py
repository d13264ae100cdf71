"""What slices of time change, and what they must not: a run that is cut finds what a run in one piece finds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from analyzer.detect._buckets import hold_whole
from analyzer.diagnose import _counts as counts
from analyzer.diagnose._weight import _stuck
from analyzer.model import Clients, Ledger, SourceReport, ZoneGap
from analyzer.pipeline import Plan, run, trace
from analyzer.pipeline._pilot import rows_for_clocks, rows_for_zones
from analyzer.pipeline._plan import Reading, Scale
from analyzer.pipeline._slices import _STRATA_S
from analyzer.pipeline._tables import write_part
from analyzer.schema import conform
from analyzer.wording import phrases

BEGAN = datetime(2026, 3, 2, 10, tzinfo=UTC)
REQUESTS = 30


def at(second):
    return BEGAN + timedelta(seconds=second)


@pytest.fixture
def story(tmp_path):
    """Thirty requests, one in 30 s, each with a record of the application 20 s later that carries the same id."""
    told = {"level": "info", "message": "handled"}
    edge = [
        {"time": at(30 * n).isoformat(), "remote_addr": "203.0.113.5", "method": "GET", "path": "/orders",
         "status": 200, "request_id": f"req-{n:08}-abcd", "host": "shop.example"}
        for n in range(REQUESTS)
    ]  # fmt: skip
    application = [
        {"timestamp": at(30 * n + 20).isoformat(), **told, "request_id": f"req-{n:08}-abcd"} for n in range(REQUESTS)
    ]
    names = []
    for name, records in (("edge.jsonl", edge), ("app.jsonl", application)):
        (tmp_path / name).write_text("\n".join(map(json.dumps, records)) + "\n")
        names.append(str(tmp_path / name))
    return tuple(names)


def plan(inputs, work, **options):
    work.mkdir()
    return Plan(inputs, work, b"k" * 32, **options)


def test_a_trace_through_slices_that_hold_nothing_of_it_is_the_same(story, tmp_path):
    whole = trace(plan(story, tmp_path / "whole"), "req-00000007-abcd")
    slices = trace(plan(story, tmp_path / "slices", scale=Scale(5, 20, 20)), "req-00000007-abcd")
    assert slices.outputs == whole.outputs
    assert slices.trace.passages


@pytest.mark.parametrize("largest", [30, 50, 200])
def test_requests_of_a_dense_log_in_whole_seconds_are_all_counted(tmp_path, largest):
    """Of each second's requests, which took 0.3 s and are stamped at their end, none may be lost at an edge."""
    told = {"remote_addr": "203.0.113.5", "method": "GET", "status": 200, "request_time": 0.3}
    lines = [json.dumps({"time": at(n // 40).isoformat(), "path": f"/{n}", **told}) for n in range(400)]
    (tmp_path / "dense.jsonl").write_text("\n".join(lines) + "\n")
    dense = (str(tmp_path / "dense.jsonl"),)
    state = run(plan(dense, tmp_path / f"work-{largest}", scale=Scale(20, largest, 10_000)))
    assert state.exchanges["weight"].sum() == 400
    assert state.exchanges["timestamp"].is_sorted()
    assert state.exchanges["row"].to_list() == list(range(400))


def report(name, **changed):
    changed = {"entries": None, **changed}
    return SourceReport(name, (), (), changed.pop("entries"), 1.0, Ledger(), 0, None, None, "UTC", "", **changed)


def reading(folder, frames, sources=()):
    parts = tuple(write_part(folder, f"part-{number}", conform(frame)).path for number, frame in enumerate(frames))
    return Reading(sources, parts, (), ())


def rows(source, seconds, **columns):
    return pl.DataFrame(
        {
            "timestamp": [at(second) for second in seconds],
            "source": [source] * len(seconds),
            "format": ["combined"] * len(seconds),
            "line": list(range(1, len(seconds) + 1)),
            **columns,
        }
    )


def test_the_range_of_a_source_without_a_zone_is_that_of_all_its_rows(tmp_path):
    """Its lines lie in no order, and those that work do not tell of zones: the earliest and the latest count."""
    seconds = [50, 10, 90, 30]
    told = rows("a.log", seconds, status=[200] * 4)
    found = rows_for_zones(reading(tmp_path, [told], (report("a.log", zone_gap=ZoneGap()),)), 100)
    assert found.select(pl.col("timestamp").min(), last=pl.col("timestamp").max()).row(0) == (at(10), at(90))


def test_rows_of_several_sources_in_one_part_of_a_frame_are_all_looked_at(tmp_path):
    """Both fail in their first line; before them lies what a capture shows, whose part begins with another source."""
    failing = pl.concat([rows(name, [5], status=[500]) for name in ("a.log", "b.log")])
    found = rows_for_zones(reading(tmp_path, [failing], (report("a.log", zone_gap=ZoneGap()),)), 100)
    assert set(found["source"]) == {"a.log", "b.log"}
    asked = {"method": ["GET"], "path": ["/a"], "status": [500]}
    capture = rows("c.har", [5], **asked).with_columns(format=pl.lit("har"))
    mixed = pl.concat([rows(name, [5], **asked) for name in ("a.log", "b.log")] + [capture])
    clocks = rows_for_clocks(reading(tmp_path, [mixed], (report("c.har", entries=1),)), 100)
    assert sorted(clocks["source"]) == ["a.log", "b.log", "c.har"]


@pytest.mark.parametrize("stretch", _STRATA_S)
def test_the_buckets_of_charts_and_bursts_hold_whole_stretches(stretch):
    """A day in 900 s and stretches of 120 s would cut every other stretch at the edge of a bucket."""
    for span in (1, 600, 7_000, 40_000, 80_000, 200_000, 3_000_000, 90_000_000):
        assert counts.bucket_seconds(BEGAN, at(span), stretch) % stretch == 0
    assert all(hold_whole(seconds, stretch) % stretch == 0 for seconds in (10, 60, 300, 3_600))
    assert hold_whole(300, 0) == 300


def test_a_day_is_drawn_as_finely_as_without_stretches():
    assert counts.bucket_seconds(BEGAN, at(86_000), 180) == counts.bucket_seconds(BEGAN, at(86_000)) == 900


def test_where_everything_is_kept_bursts_are_looked_for_as_in_one_piece(story, tmp_path):
    assert run(plan(story, tmp_path / "all", scale=Scale(5, 20, 1_000))).coarsest_seconds == 0
    assert run(plan(story, tmp_path / "some", scale=Scale(5, 20, 6))).coarsest_seconds == 10


def window(*told):
    """Gives a window of (second, client, failing, weight)."""
    frame = pl.DataFrame(
        [
            {"timestamp": at(second), "stamped_at": at(second).replace(microsecond=500), "client": client,
             "client_ip": client, "user": None, "failing": failing, "weight": weight, "has_browser": False,
             "status": 500 if failing else 200, "error": None, "path": "/a", "method": "GET"}
            for second, client, failing, weight in told
        ],
    )  # fmt: skip
    return frame.with_columns(pl.col("error", "user").cast(pl.String))


def test_what_others_sent_is_not_said_of_a_client_and_hidden_successes_make_nothing_constant():
    """The success of a stands for three, which may be those of the other twenty clients."""
    clients = [f"c{number}" for number in range(20)]
    failures = [(second, client, True, 1) for second in (0, 10) for client in ("a", *clients)]
    for weight, pattern, requests in ((1, "constant", 3), (3, None, None)):
        frame = window(*failures, (5, "a", False, weight))
        assert counts.pattern_of(frame) == pattern
        top = counts.count_clients(counts.clients_among(frame), frame).top
        assert (top[0].client, top[0].failed) == ("a", 2)
        assert top[0].requests == requests


def test_only_those_who_did_not_fail_are_taken_for_more_than_are_kept():
    """Of ten who failed all are kept; of a hundred others ten, of whom one used the endpoint."""
    failures = [(second, f"c{number}", True, 1) for second in (0, 10) for number in range(10)]
    inside, outside = (5, "x0", False, 10), [(5, f"x{number}", False, 10) for number in range(1, 10)]
    everything = window(*failures, inside, *outside)
    found = counts.count_clients(counts.clients_among(everything), window(*failures, inside), 110)
    assert (found.affected, found.on_endpoints, found.total) == (10, 20, 110)
    assert found.estimated == ("on_endpoints",)


def test_of_those_who_failed_the_ones_that_are_not_kept_are_counted_too():
    """Kept are four of a part of a fifth, and one that failed in a stratum of which all clients are kept."""
    shares = [(0, "a", 0.2), (1, "b", 0.2), (2, "c", 0.2), (3, "d", 0.2), (4, "d", 0.1), (5, "e", 1.0), (6, "e", 0.2)]
    failing = window(*((second, client, True, 5) for second, client, _ in shares))
    some = failing.with_columns(client_share=pl.Series([share for _, _, share in shares]), own=pl.lit(1, pl.Int64))
    found = counts.count_clients(5, some, 60)
    assert (found.affected, found.on_endpoints, found.total) == (21, 21, 60)
    assert found.estimated == ("affected",)
    working = window(*((second, f"x{second}", False, 2) for second in range(5)))
    working = working.with_columns(client_share=pl.lit(0.5), own=pl.lit(1, pl.Int64))
    found = counts.count_clients(10, pl.concat([some, working]), 60)
    assert (found.affected, found.total) == (21, 60)
    assert found.estimated == ("affected", "on_endpoints")
    assert found.on_endpoints == 60  # all who did not fail are on the endpoints: 39 of them
    assert counts.count_clients(5, some, 12).affected == 12  # no more than there are


def test_a_client_failed_as_often_as_its_own_rows_say():
    """Of ten clients alike one is kept, whose row stands for all; what anybody sent besides is not known then."""
    frame = window((0, "heavy", True, 4), (1, "light", True, 10), (2, "heavy", False, 1), (3, "light", False, 1))
    told = frame.with_columns(client_share=pl.Series([1.0, 0.1, 1.0, 1.0]), own=pl.Series([4, 1, 1, 1]))
    found = counts.count_clients(2, told, 11)
    assert [(each.client, each.failed, each.requests) for each in found.top] == [("heavy", 4, None), ("light", 1, None)]
    assert (found.affected, found.scope, found.estimated) == (11, "some", ("affected",))


def test_a_lone_row_that_stands_for_others_is_not_one_client():
    told = window((0, "a", True, 50)).with_columns(client_share=pl.lit(1.0), own=pl.lit(1, pl.Int64))
    found = counts.count_clients(1, told, 50)
    assert (found.scope, found.estimated) == ("some", ("affected",))


def test_who_failed_is_told_though_most_failures_are_not_kept(tmp_path):
    """Of 4,000 failures in four minutes 1,200 rows stay: two clients sent 400 each, and 1,600 others two each."""
    others = [f"10.0.{n // 200}.{n % 200}" for n in range(1_600)] * 2
    clients = [f"198.51.100.{n % 10 // 5}" if n % 5 == 0 else others[n - n // 5 - 1] for n in range(4_000)]
    told = {"method": "GET", "path": "/a", "status": 503}
    lines = [
        json.dumps({"time": at(n * 0.06).isoformat(), "remote_addr": who, **told}) for n, who in enumerate(clients)
    ]
    (tmp_path / "down.jsonl").write_text("\n".join(lines) + "\n")
    state = run(plan((str(tmp_path / "down.jsonl"),), tmp_path / "work", scale=Scale(500, 1_000, 1_200)))
    assert state.exchanges.height <= 1_250
    (incident,) = state.analysis.findings.incidents
    assert incident.failed == 4_000
    assert incident.clients.affected == pytest.approx(1_602, rel=0.15)
    assert phrases.whom(incident.clients).startswith("about 1,")
    assert json.loads(state.outputs["findings.json"])["incidents"][0]["clients"]["estimated"] == ["affected"]
    assert [(each.failed, each.requests) for each in incident.clients.top[:2]] == [(400, None), (400, None)]
    assert incident.clients.top[2].failed == 2
    assert "of the same client" not in state.outputs["findings.json"].decode()
    assert "and so is how many of them failed" in " ".join(state.reading.sources[0].notes)


def test_many_clients_that_failed_once_are_not_a_few_that_get_nowhere():
    """Of 300 that failed once each 30 are kept; three that failed a hundred times each are stuck."""
    many = window(*((n, f"c{n}", True, 10) for n in range(30))).with_columns(own=pl.lit(1, pl.Int64))
    few = window(*((n, f"c{n}", True, 100) for n in range(3))).with_columns(own=pl.lit(90, pl.Int64))
    assert [_stuck(each, 300) for each in (many, few)] == [False, True]


@pytest.mark.parametrize(
    ("estimated", "words"),
    [
        ((), "3 of 9 clients that used these endpoints (20 clients in all)"),
        (("affected",), "about 3 of 9 clients that used these endpoints (20 clients in all)"),
        (("on_endpoints",), "3 of about 9 clients that used these endpoints (20 clients in all)"),
    ],
)
def test_the_word_stands_before_the_number_that_is_an_estimate(estimated, words):
    assert phrases.whom(Clients(3, 9, 20, "some", (), estimated)) == words
    assert phrases.roughly(Clients(3, 9, 20, "some", (), estimated), "on_endpoints") == (
        "about " * ("on_endpoints" in estimated)
    )
