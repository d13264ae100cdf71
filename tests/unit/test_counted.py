"""Rows that stand for several exchanges count as these rows would, each repeated as often as its weight says.

What cannot be equal is said where it is left out: a silence, and what a sentence says of a rule's own sampling.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from events_by_hand import frame, row
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from situations import CASCADES, SINGLE, build

from analyzer.counted import OWN, STRATA, WEIGHT, counted, median, percentile, share_where, weighed
from analyzer.detect import detect, load_rules
from analyzer.detect._beside import _in_common
from analyzer.diagnose._counts import bucket_seconds
from analyzer.diagnose._separate import part_sides
from analyzer.diagnose.correlate import Joined, correlate
from analyzer.diagnose.incidents import diagnose
from analyzer.diagnose.latency import measure
from analyzer.diagnose.noise import count_noise
from analyzer.documents import rules_folder
from analyzer.model import ClientCount, Incident
from analyzer.pipeline import STAGES, Plan, Run, _detect_all, with_facts
from analyzer.pipeline._compose import _status_minutes

SAMPLES = Path(__file__).parents[2] / "sample_logs"
RULES = load_rules([rules_folder()])
MOST = 5


def repeated(frame: pl.DataFrame, times: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """Gives each row as often as it says, and the number of each copy."""
    places = [place for place, often in enumerate(times) for _ in range(often)]
    copies = [copy for often in times for copy in range(often)]
    return frame[places], pl.Series(copies, dtype=pl.UInt32)


def expanded(joined: Joined, exchanges: pl.DataFrame) -> tuple[Joined, pl.DataFrame]:
    """Gives the exchanges with each row as often as its weight says, as numbers of their own; so the events behind."""
    spread = 1 + int(exchanges[WEIGHT].max())
    rows, copy = repeated(exchanges, exchanges[WEIGHT])
    numbered = rows.with_columns(
        pl.lit(1, pl.Int64).alias(WEIGHT),
        row=pl.col("row") * spread + copy,
        exchange=pl.col("exchange") * spread + copy,
    )
    behind = joined.events.join(exchanges.select("exchange", WEIGHT), on="exchange", how="left", maintain_order="left")
    lines, copy = repeated(behind.drop(WEIGHT), behind[WEIGHT].fill_null(1))
    events = lines.with_columns(event=pl.col("event") * spread + copy, exchange=pl.col("exchange") * spread + copy)
    merged = numbered.select(joined.exchanges.columns)
    return Joined(events, merged), numbered


def judged(joined: Joined, exchanges: pl.DataFrame) -> dict[str, object]:
    """Gives all that is counted of exchanges with facts."""
    detected = _detect_all(exchanges, RULES, {})
    timed = tuple(signal for signal in detected.signals if signal.started is not None)
    width = bucket_seconds(exchanges["timestamp"].min(), exchanges["ended_at"].max())
    found = diagnose(joined, exchanges, timed, width)
    return {
        "signals": detected.signals,
        "not evaluated": [note for note in detected.not_evaluated if "which stand for the others" not in note.reason],
        # Rows that were left out look like a silence, so none is told of; nor that something was never seen before.
        # Nor what a client sent, and whether it succeeded in between, where rows stand for those of others.
        "incidents": [
            replace(incident, preceding=None, pattern=None, clients=replace(incident.clients, top=_failed(incident)))
            for incident in found.incidents
        ],
        "sides": found.sides,
        "hops": found.hops,
        "latency": measure(joined, exchanges, found.incidents, found.failing_rows, width),
        "noise": count_noise(exchanges),
        "statuses": _status_minutes(exchanges, width),
    }


def _failed(incident: Incident) -> tuple[ClientCount, ...]:
    return tuple(sorted((replace(each, requests=None) for each in incident.clients.top), key=lambda each: each.client))


def assert_alike(joined: Joined, exchanges: pl.DataFrame) -> None:
    """Compares what is said of weighted rows with what is said of the rows repeated."""
    kept = joined.exchanges.join(exchanges.select("row"), on="row", how="semi", maintain_order="left")
    weights = exchanges[WEIGHT]
    few = Joined(joined.events, kept.with_columns(weights))
    one, other = judged(few, exchanges), judged(*expanded(few, exchanges))
    assert [name for name in one if one[name] != other[name]] == [], differences(one, other)


def differences(one: dict[str, object], other: dict[str, object]) -> str:
    """Gives what differs, in short."""
    return "\n".join(f"{name}:\n{one[name]}\n{other[name]}" for name in one if one[name] != other[name])[:20_000]


def grouped(exchanges: pl.DataFrame) -> pl.DataFrame:
    """Gives one row of those that worked alike in ten seconds, for all of them; the others as they are."""
    plain = (pl.col("status") < 400).fill_null(value=False) & pl.col("error").is_null() & ~pl.col("has_browser")
    key = ["plain", "_bucket", *sorted(STRATA)]
    marked = exchanges.with_columns(plain=plain, _bucket=pl.col("timestamp").dt.truncate("10s"))
    marked = marked.with_columns(plain=pl.when("plain").then(0).otherwise(pl.col("row") + 1))
    held = marked.with_columns(pl.col(WEIGHT).sum().over(key)).filter(pl.struct(key).is_first_distinct())
    return held.drop("plain", "_bucket")


@pytest.fixture(scope="module", params=["error-burst", "retry-after-ignored", "signing-key-rotation", "upstream-down"])
def story(request, tmp_path_factory):
    """Gives a sample story as rules see it."""
    state = Run(Plan((str(SAMPLES / request.param),), tmp_path_factory.mktemp("work"), b"k" * 32))
    for stage in STAGES[:4]:
        state = stage(state)
    return state.joined, state.exchanges


def test_a_sample_story_counts_the_same_when_rows_stand_for_those_alike(story):
    """Of the requests that worked, hundreds are left out."""
    joined, exchanges = story
    few = grouped(exchanges)
    assert few.height < 0.8 * exchanges.height
    assert counted(few) == exchanges.height
    assert_alike(joined, few)


def test_a_sample_story_counts_the_same_when_any_row_stands_for_several(story):
    """Failing ones too, as where half of a log fails."""
    joined, exchanges = story
    weights = pl.Series(WEIGHT, [1 + place * 7919 % 3 for place in range(exchanges.height)], pl.Int64)
    assert_alike(joined, exchanges.with_columns(weights))


# Each example runs the whole diagnosis twice, so what fails is not made smaller.
@given(seed=st.integers(1, 999), kinds=st.lists(st.sampled_from(SINGLE + CASCADES), max_size=2, unique=True))
@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
def test_a_situation_counts_the_same_whatever_the_weights(seed, kinds):
    """Some rows are left out, and some stand for several."""
    joined = correlate(build(seed, *kinds).frame())
    exchanges = with_facts(joined.exchanges)
    chance = random.Random(seed)
    weights = [chance.choice([0, 1, 1, 1, 2, MOST]) for _ in range(exchanges.height)]
    drawn = exchanges.with_columns(pl.Series(WEIGHT, weights, pl.Int64)).filter(pl.col(WEIGHT) > 0)
    assert_alike(joined, drawn)


CORRELATION = """\
title: Failures
name: failures
level: informational
logsource: {{category: webserver}}
detection: {{a: {{status|gte: 400}}, condition: a}}
---
title: Slow ones
name: slow
level: informational
logsource: {{category: webserver}}
detection: {{a: {{duration_us|gte: 500}}, condition: a}}
---
title: Together
level: high
correlation: {{type: {type}, rules: [{rules}], group-by: [{by}], timespan: 1m, condition: {{{condition}}}}}
x-report: {{says: "{{count}} from {{begin}} to {{end}}"}}
"""
CASES = [
    ("event_count", "failures", "gte: 4"),
    ("event_count", "failures, slow", "gte: 6"),
    ("event_count", "slow", "lt: 4"),
    ("value_count", "failures", "field: route, gte: 2"),
    ("value_sum", "slow", "field: duration_us, gt: 2500"),
    ("value_avg", "failures, slow", "field: duration_us, gt: 600"),
    ("value_percentile", "slow", "field: duration_us, percentile: 90, gte: 800"),
    ("temporal", "failures, slow", "gte: 2"),
]
ROW = st.tuples(
    st.integers(0, 240), st.sampled_from(["192.0.2.1", "192.0.2.2", None]), st.sampled_from(["/a", "/b"]),
    st.sampled_from([200, 404, 500]), st.none() | st.integers(0, 1000), st.integers(1, MOST),
)  # fmt: skip


def rows_of(drawn):
    """Gives rows of an access log in the order of time."""
    names = ("at", "client_ip", "route", "status", "duration_us", WEIGHT)
    schema = {"at": pl.Int64, "client_ip": pl.String, "route": pl.String, "status": pl.Int32,
              "duration_us": pl.Int64, WEIGHT: pl.Int64}  # fmt: skip
    frame = pl.DataFrame(drawn, schema=schema, orient="row").select(names).sort("at")
    start = pl.datetime(2026, 3, 2, time_unit="us", time_zone="UTC")
    return frame.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), pl.exclude("at"), source=pl.lit("a"),
        kind=pl.lit("request"), timestamp=start + pl.duration(seconds="at"),
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} {case[2]}")
@pytest.mark.parametrize("by", ["", "client_ip"])
@given(drawn=st.lists(ROW, min_size=1, max_size=15))
@settings(max_examples=15)
def test_a_correlation_counts_rows_that_stand_for_several(tmp_path_factory, case, by, drawn):
    """Alerts, spans and counts are those of the rows repeated; sums may differ in their last digits."""
    path = tmp_path_factory.mktemp("rules") / "rule.yml"
    kind, rules, condition = case
    path.write_text(CORRELATION.format(type=kind, rules=rules, by=by, condition=condition), "utf-8")
    told = load_rules([path])
    assert not told.errors
    frame = rows_of(drawn)
    places, copy = repeated(frame, frame[WEIGHT])
    whole = places.with_columns(pl.lit(1, pl.Int64).alias(WEIGHT), row=pl.col("row") * (MOST + 1) + copy)
    few, many = detect(frame, told), detect(whole, told)
    assert [peakless(signal) for signal in few.signals] == [peakless(signal) for signal in many.signals]
    assert [signal.peak for signal in few.signals] == pytest.approx([signal.peak for signal in many.signals])
    estimated = {note.reason for note in few.not_evaluated} - {note.reason for note in many.not_evaluated}
    assert all("are estimates" in reason for reason in estimated)


def peakless(signal):
    """Gives a signal without its peak, which may be a sum."""
    return replace(signal, peak=0)


ESTIMATED = (
    "Judged on 3 of 7 matching events, which stand for the others: counts by client_ip in windows of 1m are estimates."
)


def test_a_rule_whose_rows_stand_for_others_says_so(tmp_path):
    """Three rows of 404 stand for seven; by client nobody knows whose the other four were."""
    path = tmp_path / "rule.yml"
    told = CORRELATION.format(type="event_count", rules="failures", by="client_ip", condition="gte: 3")
    path.write_text(told, "utf-8")
    rows = [(second, "192.0.2.1", "/a", 404, None, weight) for second, weight in ((0, 3), (5, 3), (10, 1))]
    detected = detect(rows_of([*rows, (20, "192.0.2.2", "/a", 200, None, 9)]), load_rules([path]))
    assert [(signal.count, signal.peak) for signal in detected.signals] == [(7, 7)]
    assert [note.reason for note in detected.not_evaluated] == [ESTIMATED]


BURST = """\
title: Errors by client
level: high
logsource: {category: webserver}
detection: {a: {status|gte: 500}, condition: a}
x-burst: {group-by: [client_ip], bucket: 10s}
x-report: {says: "{count}"}
"""


def test_a_burst_rule_by_client_says_that_the_requests_are_estimates(tmp_path):
    """Failing ones are all there; of those that worked two rows stand for 40."""
    path = tmp_path / "rule.yml"
    path.write_text(BURST, "utf-8")
    failing = [(second, "192.0.2.1", "/a", 500, None, 1) for second in range(6)]
    detected = detect(rows_of([*failing, *[(second, "192.0.2.2", "/a", 200, None, 20) for second in (0, 60)]]),
                      load_rules([path]))  # fmt: skip
    assert "Judged on 8 of 46 requests, which stand for the others: counts by client_ip are estimates." in [
        note.reason for note in detected.not_evaluated
    ]


def test_what_two_bursts_have_in_common_is_counted_by_weights():
    """Rows 2 and 3 are in both, and stand for 4 and 1; the third signal shares none."""
    events = pl.DataFrame({"row": [1, 2, 3, 9], WEIGHT: [2, 4, 1, 5]}, schema={"row": pl.UInt32, WEIGHT: pl.Int64})
    rows = [pl.Series("row", held, pl.UInt32) for held in ([1, 2, 3], [2, 3], [9])]
    assert _in_common({1: rows[1], 2: rows[2]}, {0: rows[0]}, events) == [(1, 0, 5)]
    assert _in_common({}, {0: rows[0]}, events) == []


COMPARED = st.tuples(
    st.booleans(), st.sampled_from(["ann", "bob", "eve", None, None]), st.sampled_from(["x", "y", "y", None]),
    st.sampled_from(["a=1", "b=2&a=1", None]), st.integers(1, 9),
)  # fmt: skip


@given(drawn=st.lists(COMPARED, min_size=2, max_size=25), parted=st.booleans())
@settings(max_examples=150)
def test_what_separates_is_found_among_rows_that_stand_for_several(drawn, parted):
    """Clients that nobody knows count each for itself, so one row may be several of them."""
    window = pl.DataFrame(drawn, schema=["failing", "client", "tenant", "query", WEIGHT], orient="row").with_columns(
        pl.col("query").cast(pl.String), pl.col("client").cast(pl.String), source=pl.lit("a"), format=pl.lit("combined"),
        line=pl.int_range(pl.len()), status=pl.when("failing").then(500).otherwise(200), error=pl.lit(None, pl.String),
        tenant=pl.when(parted & pl.col("failing")).then(pl.lit("z")).otherwise(pl.col("tenant").cast(pl.String)),
    )  # fmt: skip
    whole, _ = repeated(window, window[WEIGHT])
    assert part_sides(window) == part_sides(whole.with_columns(pl.lit(1, pl.Int64).alias(WEIGHT)))


NUMBERS = st.lists(st.tuples(st.none() | st.floats(-1e9, 1e9), st.integers(1, MOST)), max_size=12)


@given(NUMBERS, st.floats(0, 1))
def test_a_percentile_is_that_of_the_rows_repeated(pairs, share):
    """Polars itself says what it is, to the last digit."""
    values = pl.Series([value for value, _ in pairs], dtype=pl.Float64)
    weights = pl.Series([weight for _, weight in pairs], dtype=pl.Int64)
    whole = repeated(values.to_frame("value"), weights)[0]["value"]
    frame = pl.DataFrame({"value": values, WEIGHT: weights})
    assert frame.select(percentile(pl.col("value"), share)).item() == whole.quantile(share, interpolation="linear")
    assert median(values, weights) == whole.median()


def test_a_share_leaves_out_what_is_not_known():
    """Three of four known ones pass: one row of three, not the one of one; of the fifth nobody knows."""
    frame = pl.DataFrame({"test": [True, False, None], WEIGHT: [3, 1, 5]})
    assert frame.select(share_where(pl.col("test"))).item() == 0.75
    assert frame.clear().select(share_where(pl.col("test"))).item() is None


def test_a_frame_without_weights_counts_its_rows():
    """So do tests and others that make rows by hand."""
    frame = pl.DataFrame({"test": [True, False, None]})
    assert (counted(frame), counted(frame, pl.col("test")), counted(weighed(frame))) == (3, 1, 3)
    assert counted(frame.clear(), pl.col("test")) == 0


def test_a_client_that_stands_for_others_is_not_blamed_for_what_they_sent():
    """One was refused eight times in a minute; another once, and stands for twenty clients that were refused once."""
    heavy = [row("access", second, status=429, client_ip="198.51.100.7") for second in range(8)]
    light = row("access", 9, status=429, client_ip="10.0.0.9")
    exchanges = with_facts(correlate(frame(*heavy, light)).exchanges)
    alone = pl.col("client_ip") == "10.0.0.9"
    kept = exchanges.with_columns(
        pl.when(alone).then(20).otherwise(1).cast(pl.Int64).alias(WEIGHT),
        pl.lit(1, pl.Int64).alias(OWN),
    )
    found = detect(kept, RULES, missing={})
    (limited,) = (each for each in found.signals if each.title == "A client is rate limited")
    assert (limited.group, limited.count, limited.peak) == ((("client", "198.51.100.7"),), 8, 8)
    told = [each.reason for each in found.not_evaluated if "Judged on 9 of 28 matching events" in each.reason]
    assert told
