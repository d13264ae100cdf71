"""How burst rules become series and signals."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.detect import _series, detect, load_rules
from analyzer.detect._buckets import count_base, lay_axis, place
from analyzer.detect._burst import BurstSettings, find_bursts
from analyzer.detect._screen import screen

START = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
RULE = """\
title: Server errors
name: errors
level: high
logsource: {category: webserver}
detection: {a: {status|gte: 500}, condition: a}
x-burst: %s
x-report: {says: "%s"}
"""


def events(minutes, failing, per_minute=60, route=lambda n: "/a"):
    """One request a second from START; failing tells from the number of a request whether it failed."""
    total = minutes * per_minute
    return pl.DataFrame(
        {
            "row": range(total),
            "timestamp": [START + timedelta(seconds=n * 60 / per_minute) for n in range(total)],
            "status": [500 if failing(n) else 200 for n in range(total)],
            "route": [route(n) for n in range(total)],
            "kind": ["request"] * total,
            "source": ["log"] * total,
        },
        schema={"row": pl.UInt32, "timestamp": pl.Datetime("us", "UTC"), "status": pl.Int32, "route": pl.String, "kind": pl.String, "source": pl.String},
    )  # fmt: skip


def found(tmp_path, frame, burst="{}", says="x", more=""):
    file = tmp_path / "rule.yml"
    file.write_text(RULE % (burst, says) + more, encoding="utf-8")
    rules = load_rules([file])
    assert [str(error) for error in rules.errors] == []
    return detect(frame, rules)


def test_a_rate_is_told_of_the_time_that_it_was_counted_over(tmp_path):
    """The errors lie from 60:10 to 60:49, the rate is that of the whole buckets around them."""
    frame = events(180, lambda n: 3610 <= n < 3650)
    (signal,) = found(tmp_path, frame, says="{begin} to {end}").signals
    figures = signal.burst
    asked = frame.filter(pl.col("timestamp") >= figures.begin, pl.col("timestamp") < figures.end).height
    assert figures.requests == asked > signal.count
    assert signal.says == f"{figures.begin:%Y-%m-%d %H:%M:%S} UTC to {figures.end:%Y-%m-%d %H:%M:%S} UTC"


def half_in(first, last, *, normal=100):
    """Half of the requests fail from minute `first` up to but not in minute `last`, else one in `normal`."""
    return lambda n: n % 2 == 0 if first * 60 <= n < last * 60 else n % normal == 7


def test_a_burst_is_one_signal_with_its_edges_and_strength(tmp_path):
    """Half of the requests fail in minutes 60 to 64 of 180, else one in a hundred."""
    says = "{rate} instead of {normal}, {count} errors, {expected_by_chance}"
    (signal,) = found(tmp_path, events(180, half_in(60, 65)), says=says).signals
    burst = signal.burst
    assert (burst.begin, burst.end) == (START + timedelta(minutes=60), START + timedelta(minutes=65))
    assert (burst.errors, burst.requests, burst.bucket_seconds, burst.possible) == (150, 300, 60, False)
    assert (signal.started, signal.ended) == (START + timedelta(minutes=60), START + timedelta(minutes=64, seconds=58))
    assert (signal.count, signal.rows.to_list()) == (150, list(range(3600, 3900, 2)))
    assert burst.rate_inside == 0.5
    assert burst.ratio.low < burst.ratio.value < burst.ratio.high
    assert signal.says == "50 % instead of 1 %, 150 errors, fewer than 0.0001"


def test_even_errors_are_no_burst(tmp_path):
    """One failure in a hundred, evenly, gives nothing."""
    assert found(tmp_path, events(180, lambda n: n % 100 == 7)).signals == ()


def test_a_short_log_is_counted_in_ten_seconds(tmp_path):
    """A log of under half an hour has buckets of 10 s."""
    (signal,) = found(tmp_path, events(20, half_in(10, 13))).signals
    assert (signal.burst.bucket_seconds, signal.burst.begin) == (10, START + timedelta(minutes=10))


def test_a_group_that_only_the_errors_name_has_no_rate(tmp_path):
    """Error lines name the server, the access log does not: that all lines with its name failed is no rate of it."""
    frame = events(60, half_in(30, 33)).with_columns(
        server_behind=pl.when(pl.col("status") == 500).then(pl.lit("10.0.0.7:80"))
    )
    given = found(tmp_path, frame, burst="{group-by: [server_behind]}")
    assert given.signals == ()
    (note,) = given.not_evaluated
    assert note.reason == "124 matching events name a server_behind that the others beside them do not name."


def test_a_group_that_its_own_source_names_keeps_its_rate(tmp_path):
    """A second log names the server of every request; what the first one leaves out is nothing against it."""
    bare = events(60, lambda n: False).with_columns(server_behind=pl.lit(None, pl.String))
    named = events(60, half_in(30, 33)).with_columns(
        source=pl.lit("other"), server_behind=pl.lit("10.0.0.7:80"), row=pl.col("row") + 10_000
    )
    (signal,) = found(tmp_path, pl.concat([bare, named]), burst="{group-by: [server_behind]}").signals
    assert (signal.group, signal.burst.begin) == ((("server_behind", "10.0.0.7:80"),), START + timedelta(minutes=30))


def test_a_log_without_a_calm_part_is_told(tmp_path):
    """Half of all requests fail all the time: no burst, but a signal that says so, with all errors."""
    (signal,) = found(tmp_path, events(60, lambda n: n % 2 == 0)).signals
    assert (signal.burst, signal.whole_log, signal.count) == (None, True, 1800)
    assert signal.title == "Server errors: no baseline, the whole log runs at 50 %"
    assert signal.says == "No baseline: the whole log runs at 50 %, so there is no calm part to compare with."


def test_a_series_without_a_calm_part_is_told_by_its_name(tmp_path):
    """One route of two fails all the time: that is not the whole log, so its route is named."""
    frame = events(60, lambda n: n % 4 == 1, route=lambda n: "/b" if n % 2 else "/a")
    (signal,) = found(tmp_path, frame, burst="{group-by: [route]}").signals
    assert (signal.whole_log, signal.group) == (True, (("route", "/b"),))
    assert signal.title == "Server errors: no baseline, route /b runs at 50 % throughout"
    assert signal.says == "No baseline: route /b runs at 50 % throughout, so there is no calm part to compare with."


def clumps(seed):
    """Errors by minute: a hundred minutes of 100 requests, in which 20 minutes have four times the usual 2 %."""
    rng = random.Random(seed)
    rates = [0.08 if 40 <= minute < 60 else 0.02 for minute in range(100)]
    roots = lambda rate: sum(rng.random() < rate for _ in range(50))  # noqa: E731
    return [sum(rng.randint(1, 6) for _ in range(roots(rate))) for rate in rates]


def test_a_burst_that_chance_may_have_made_is_called_possible(tmp_path):
    """E lies between alpha and 1: title and sentence say so, and a possible burst weighs no more than medium."""
    errors = clumps(62)
    frame = events(100, lambda n: n % 100 < errors[n // 100], per_minute=100)
    (signal,) = found(tmp_path, frame, says="Rate {rate}.").signals
    assert signal.burst.possible
    assert 0.01 < signal.burst.expected_by_chance <= 1
    assert (signal.title, signal.level) == ("Server errors: a possible burst, not proven", "medium")
    chance = f"{signal.burst.expected_by_chance:.2g}"
    doubt = f"This burst is possible, not proven: chance alone would give {chance} such bursts."
    assert signal.says == f"Rate {100 * signal.burst.rate_inside:.0f} %. {doubt}"
    for says, text in (
        ("", doubt),
        ("Chance {expected_by_chance}.", f"Chance {chance}. This burst is possible, not proven."),
    ):
        assert [each.says for each in found(tmp_path, frame, says=says).signals] == [text]


def test_a_proven_burst_keeps_title_and_level(tmp_path):
    """E far below alpha: nothing is added to what the rule says."""
    (signal,) = found(tmp_path, events(180, half_in(60, 65)), says="{ratio}, {interval}").signals
    assert (signal.title, signal.level) == ("Server errors", "high")
    ratio = signal.burst.ratio
    assert signal.says == f"{ratio.value:.0f}, 95 % interval {ratio.low:.0f} to {ratio.high:.0f}"


def test_each_value_of_group_by_is_a_series_of_its_own(tmp_path):
    """Only the route that fails is named, and only its errors are in the signal."""
    frame = events(180, lambda n: n % 2 == 0 and half_in(60, 80)(n) and n % 4 == 0, route=lambda n: f"/{n % 4}")
    (signal,) = found(tmp_path, frame, burst="{group-by: [route]}", says="{route} {count}").signals
    assert (signal.group, signal.says, signal.count) == ((("route", "/0"),), "/0 300", 300)


def test_many_series_find_the_same_burst_after_screening(tmp_path):
    """Among 40 routes, of which one has a burst, the screen keeps that one."""
    rng = random.Random(1)
    noise = [rng.random() < 0.02 for _ in range(120 * 120)]
    frame = events(
        120, lambda n: noise[n] or (n % 40 == 3 and 6000 <= n < 9000), per_minute=120, route=lambda n: f"/{n % 40}"
    )
    signals = found(tmp_path, frame, burst="{group-by: [route]}").signals
    assert [signal.group for signal in signals] == [(("route", "/3"),)]


def test_the_screen_keeps_a_series_with_a_burst_and_drops_an_even_one():
    """Series 1 has 30 errors of 60 requests in bucket 15, series 2 one in each bucket."""
    rows = [(group, at, 30 if group == 1 and at == 15 else 1, 60) for group in (1, 2) for at in range(20)]
    series = pl.DataFrame(rows, schema=["group", "position", "errors", "requests"], orient="row")
    assert screen(series, 20, 8.0).to_list() == [1]


def test_plain_counts_need_no_denominator(tmp_path):
    """against: none looks at the number of matching events alone; rates are errors a minute."""
    frame = events(180, lambda n: n % 2 == 0 if 3600 <= n < 3900 else n % 60 == 7).filter(pl.col("status") == 500)
    (signal,) = found(tmp_path, frame, burst="{against: none}", says="{rate}, {normal}").signals
    assert (signal.burst.begin, signal.count) == (START + timedelta(minutes=60), 150)
    assert signal.burst.rate_inside == pytest.approx(30)
    assert signal.says == "30 a minute, 1 a minute"


def test_plain_counts_look_at_the_time_before_and_after_the_errors_too(tmp_path):
    """Errors in five minutes only, and lines of the same log without errors for three hours: those are the calm part."""
    frame = events(180, lambda n: n % 2 == 0 and 3600 <= n < 3900)
    (signal,) = found(tmp_path, frame, burst="{against: none}").signals
    assert (signal.burst.begin, signal.burst.end) == (START + timedelta(minutes=60), START + timedelta(minutes=65))
    assert (signal.count, signal.whole_log) == (150, False)
    assert signal.burst.rate_inside == pytest.approx(30)


def test_another_log_does_not_widen_the_buckets(tmp_path):
    """A web server's 20 minutes are counted in 10 s, though an application's log began two days before."""
    frame = events(20, half_in(10, 13))
    early = frame.head(1).with_columns(
        pl.lit("application").alias("kind"), pl.lit("app").alias("source"), pl.col("timestamp") - timedelta(days=2)
    )
    both = pl.concat([early, frame.with_columns(pl.col("row") + 1)])
    (signal,) = found(tmp_path, both).signals
    assert (signal.burst.bucket_seconds, signal.count) == (10, 90)


def test_a_denominator_can_be_another_rule(tmp_path):
    """Of the requests to /a all fail in the burst, though only half of all requests do."""
    other = "---\ntitle: Asked\nname: asked\nlevel: informational\nlogsource: {category: webserver}\ndetection: {a: {route: /a}, condition: a}\n"
    failing = lambda n: n % 2 == 0 if 3600 <= n < 3900 else n % 100 == 6  # noqa: E731
    frame = events(180, failing, route=lambda n: "/a" if n % 2 == 0 else "/b")
    (signal,) = found(tmp_path, frame, burst="{against: asked}", more=other).signals
    assert (signal.burst.errors, signal.burst.requests, signal.count) == (150, 150, 150)
    (signal,) = found(tmp_path, frame, burst="{against: asked}", more=other.replace("route: /a", "status: 200")).signals
    assert (signal.burst.errors, signal.burst.requests, signal.count) == (150, 300, 150)


def test_series_share_the_chance(tmp_path):
    """A second series with errors doubles the number of bursts that chance is expected to give."""
    failing = lambda n: n % 6 == 0 if 3600 <= n < 3900 else n % 100 == 6  # noqa: E731
    alone = events(180, failing, route=lambda n: "/a")
    both = pl.concat([alone, alone.with_columns(pl.lit("/b").alias("route"), (pl.col("row") + 20_000).alias("row"))])
    calm = pl.col("row").is_between(23_500, 24_000) & (pl.col("status") == 500)
    both = both.with_columns(pl.when(calm).then(200).otherwise("status").cast(pl.Int32).alias("status")).sort(
        "timestamp"
    )
    one, two = (
        found(tmp_path, frame, burst="{group-by: [route]}").signals[0].burst.expected_by_chance
        for frame in (alone, both)
    )
    assert two == pytest.approx(2 * one, abs=0)
    assert 1e-300 < one < 0.01


def test_errors_without_a_group_are_counted(tmp_path):
    """Errors that have no route are in no series, and are told."""
    frame = events(180, half_in(60, 65), route=lambda n: None if n == 3600 else "/a")
    result = found(tmp_path, frame, burst="{group-by: [route]}")
    assert [note.reason for note in result.not_evaluated] == ["1 of 255 matching events have no route."]
    assert result.signals[0].count == 149


def test_a_stray_clock_does_not_stretch_the_axis():
    """One event of 1970 and a morning of 2026 lie 360 buckets apart, and each bucket keeps its time."""
    at = [0, *(1_772_445_600_000_000 + minute * 60_000_000 for minute in range(30))]
    frame = pl.DataFrame(
        {"group": 0, "at": at, "failed": True}, schema={"group": pl.UInt32, "at": pl.Int64, "failed": pl.Boolean}
    )
    counts = count_base(frame)
    axis = lay_axis(counts, 60)
    assert (axis.seconds, axis.length) == (60, 390)
    assert place(counts, axis)["position"].to_list() == [0, *range(360, 390)]
    assert axis.edges(360, 361) == (1_772_445_600_000_000, 1_772_445_720_000_000)


def test_counts_do_not_depend_on_how_the_log_is_parted():
    """Base counts of the parts add up to those of the whole."""
    frame = pl.DataFrame(
        {"group": [0] * 50, "at": [n * 3_000_000 for n in range(50)], "failed": [n % 3 == 0 for n in range(50)]}
    )
    whole = count_base(frame)
    parts = pl.concat([count_base(frame[:17]), count_base(frame[17:])])
    assert parts.group_by("group", "base").agg(pl.col("errors", "requests").sum()).sort("base").equals(whole)


BESIDE = """\
---
title: Server errors on a route
name: on_route
level: high
logsource: {category: webserver}
detection: {a: {status|gte: 500}, condition: a}
x-burst: {group-by: [route], beside: [errors]}
x-report: {says: "x"}
"""


def routes_told(tmp_path, frame, more=BESIDE):
    told = found(tmp_path, frame, more=more).signals
    return sorted("whole" if not signal.group else signal.group[0][1] for signal in told)


def test_a_group_that_explains_the_wider_burst_stands_beside_it(tmp_path):
    """Of two routes with half of the requests each, only /a fails in minutes 60 to 64."""
    frame = events(180, lambda n: 3600 <= n < 3900 and n % 2 == 0)
    frame = frame.with_columns(route=pl.when(pl.col("row") % 2 == 0).then(pl.lit("/a")).otherwise(pl.lit("/b")))
    assert routes_told(tmp_path, frame) == ["/a", "whole"]


def test_a_group_without_a_calm_part_is_named(tmp_path):
    """Every second request of /a fails all the time, beside a calm log."""
    frame = events(60, lambda n: n % 40 == 0)
    frame = frame.with_columns(route=pl.when(pl.col("row") % 20 == 0).then(pl.lit("/a")).otherwise(pl.lit("/b")))
    (signal,) = found(tmp_path, frame, "{group-by: [route]}").signals
    assert signal.says == "No baseline: route /a runs at 50 % throughout, so there is no calm part to compare with."


def test_of_many_groups_without_a_calm_part_the_largest_are_told(tmp_path):
    """Of 16 routes of which every request fails, the ten with most requests are told, and how many are not."""
    routes = [number for number in range(16) for _ in range(10 + number)]
    frame = events(180, lambda n: True, route=lambda n: f"/{routes[n % len(routes)]}")
    result = found(tmp_path, frame, "{group-by: [route]}")
    assert sorted(int(signal.group[0][1][1:]) for signal in result.signals) == list(range(6, 16))
    sentence = "6 of 16 series without a baseline are not told: they have the fewest matching events."
    assert [note.reason for note in result.not_evaluated] == [sentence]


def test_of_very_many_groups_those_with_most_errors_are_looked_at(tmp_path, monkeypatch):
    """An exact look costs time, so there is a limit, and what lies beyond it is told."""
    monkeypatch.setattr(_series, "_MOST_SERIES", 3)
    routes = [number for number in range(5) for _ in range(10 + number)]
    frame = events(180, lambda n: True, route=lambda n: f"/{routes[n % len(routes)]}")
    result = found(tmp_path, frame, "{group-by: [route]}")
    assert sorted(signal.group[0][1] for signal in result.signals) == ["/2", "/3", "/4"]
    sentence = "2 of 5 series were not looked at: they have the fewest matching events."
    assert [note.reason for note in result.not_evaluated] == [sentence]


def test_groups_that_fail_alike_are_not_told_one_by_one(tmp_path):
    """Both routes fail in the same minutes, so neither explains anything."""
    frame = events(180, lambda n: 3600 <= n < 3900 and n % 4 < 2)
    frame = frame.with_columns(route=pl.when(pl.col("row") % 2 == 0).then(pl.lit("/a")).otherwise(pl.lit("/b")))
    assert routes_told(tmp_path, frame) == ["whole"]


def test_the_only_group_adds_nothing(tmp_path):
    """All requests are of one route: it is the whole log again."""
    assert routes_told(tmp_path, events(180, half_in(60, 65))) == ["whole"]


def test_a_group_whose_burst_the_whole_log_hides_is_told_alone(tmp_path):
    """One request in a hundred is to /a; five of its sixteen in 27 minutes fail, where the whole log is calm."""
    frame = events(180, lambda n: (n % 100 == 0 and 3600 <= n < 6000) or n % 100 == 50)
    frame = frame.with_columns(route=pl.when(pl.col("row") % 100 == 0).then(pl.lit("/a")).otherwise(pl.lit("/b")))
    assert routes_told(tmp_path, frame) == ["/a"]


def test_a_group_without_a_calm_part_can_be_left_out(tmp_path):
    """Every request of /a fails all the time: need-baseline tells nothing of it, without it the group is told."""
    frame = events(60, lambda n: n % 20 == 0)
    frame = frame.with_columns(route=pl.when(pl.col("row") % 20 == 0).then(pl.lit("/a")).otherwise(pl.lit("/b")))
    assert routes_told(tmp_path, frame) == ["/a"]
    assert (
        routes_told(tmp_path, frame, BESIDE.replace("beside: [errors]", "beside: [errors], need-baseline: true")) == []
    )


@pytest.mark.parametrize(
    ("burst", "message"),
    [
        ("{group-by: [route], beside: [nothing]}", "stands beside 'nothing', which is no rule with x-burst."),
        ("{need-baseline: 3}", "needs true or false as need-baseline."),
    ],
)
def test_faults_of_the_wider_rule_are_told(tmp_path, burst, message):
    """A wider rule that is none, and a word that is no answer; the line is that of x-burst."""
    file = tmp_path / "rule.yml"
    file.write_text(RULE % (burst, "x"), encoding="utf-8")
    (error,) = load_rules([file]).errors
    assert error.message == message
    assert error.location.line == 6


moments = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-(10**9), 4 * 10**9), st.booleans(), st.integers(0, 2)),
    min_size=1,
    max_size=60,
)


@given(moments, st.sampled_from([10, 60, 90]))
def test_any_partition_of_a_log_gives_the_same_series(rows, seconds):
    """Events of four groups, before 1970 too, dealt to three parts: the parts' base counts, added, make equal series."""
    schema = {"group": pl.UInt32, "at": pl.Int64, "failed": pl.Boolean, "part": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    whole = count_base(frame.drop("part"))
    parts = [count_base(frame.filter(pl.col("part") == part).drop("part")) for part in (2, 0, 1)]
    added = pl.concat(parts).group_by("group", "base").agg(pl.col("errors", "requests").sum())
    axis = lay_axis(added, seconds)
    assert place(added, axis).equals(place(whole, lay_axis(whole, seconds)))
    placed = place(whole, axis)
    assert (placed["errors"].sum(), placed["requests"].sum()) == (frame["failed"].sum(), frame.height)
    for (_, at, _, _), (position,) in zip(rows, _positions(frame, axis), strict=True):
        begin, end = axis.edges(position, position)
        assert begin <= at < end


def _positions(frame, axis):
    numbers = frame.select((pl.col("at") // (axis.seconds * 1_000_000)).alias("bucket"))
    return numbers.join(axis.table, on="bucket", how="left", maintain_order="left").select("position").iter_rows()


def test_a_series_does_not_depend_on_the_errors_of_another(tmp_path):
    """Route /b fails evenly, in two bursts of its own, or at random: what is found on /a stays the same."""
    rng = random.Random(5)
    others = [
        lambda n: n % 20 == 1,
        lambda n: n % 2 == 1 and (n < 600 or 9000 <= n < 9900),
        lambda n: n % 2 == 1 and rng.random() < 0.1,
    ]
    for own in (half_in(60, 65), half_in(100, 130)):
        first, *others_found = [found_on_a(tmp_path, own, other) for other in others]
        assert len(first) == 1
        assert others_found == [first, first]


def found_on_a(tmp_path, own, other):
    """Every other request goes to /a."""
    frame = events(180, lambda n: other(n) if n % 2 else own(n), route=lambda n: "/b" if n % 2 else "/a")
    signals = found(tmp_path, frame, burst="{group-by: [route]}").signals
    return [signal for signal in signals if signal.group == (("route", "/a"),)]


def test_the_screen_loses_no_series_in_which_the_exact_method_finds_something():
    """Of 400 series, of which every other one has a burst of some length and ratio, none is lost, and some are dropped."""
    rng = random.Random(404)
    settings_, rows, telling = BurstSettings(60, series=400), [], set()
    for group in range(400):
        rate, first, last = rng.choice((0.002, 0.01, 0.05, 0.3)), rng.randrange(60), rng.randrange(1, 60)
        ratio = rng.choice((2, 5, 20)) if group % 2 else 1
        requests = [rng.randint(20, 120) for _ in range(60)]
        chances = [min(rate * ratio, 0.9) if first <= at <= first + last else rate for at in range(60)]
        errors = [sum(rng.random() < chances[at] for _ in range(count)) for at, count in enumerate(requests)]
        rows += [(group, at, errors[at], requests[at]) for at in range(60)]
        result = find_bursts(errors, requests, settings_)
        if result.bursts or result.no_baseline:
            telling.add(group)
    series = pl.DataFrame(rows, schema=["group", "position", "errors", "requests"], orient="row")
    kept = set(screen(series, 60, math.log(60 * 3 * 400 / 0.01)))
    assert telling <= kept
    assert len(telling) > 50
    assert len(kept) < 300
