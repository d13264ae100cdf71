"""The charts of latency, of both sides and of incidents in time: geometry, words, and how they look without styles."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_cases import CASES, LIMIT, POOL, SIDES, at, demo, latency

from analyzer.model import Hop, LatencyBucket, Quantiles, Ref, Side, Sides
from analyzer.report import report_html, view
from analyzer.report.charts import latency as latency_chart
from analyzer.report.charts import sides as sides_chart
from analyzer.report.charts import timeline, waterfall
from analyzer.report.charts._axis import Axis
from analyzer.report.charts._text import fitted
from analyzer.report.durations import fact, table
from analyzer.report.material import Limits, prepare
from analyzer.report.sections.latency import build

CHARTS = Path(view.__file__).parents[1] / "charts"
OWN = ("latency", "sides", "timeline", "waterfall")
AXIS = Axis(at("16:00:00"), timedelta(minutes=1), 45)
# Pixels of a digit, as in a browser at 12 px, and of a chart on a screen of 320 px.
DIGIT, NARROW = 7, 260


def drawn(*times, axis=AXIS):
    """Draws the edge's series with these quantiles, one a minute."""
    series = latency().series[1]
    buckets = tuple(
        LatencyBucket(at("16:00:00") + timedelta(minutes=index), each, 0) for index, each in enumerate(times)
    )
    return latency_chart.draw("x", replace(series, buckets=buckets, timed_out=0), axis, ())


def flat(value):
    return Quantiles(100, *(value,) * 5)


# Latency


def test_a_scale_over_two_decades_is_logarithmic():
    """From 1 ms to 1 s are three decades: each takes a third of the 130 pixels."""
    chart = drawn(flat(1_000), flat(10_000), flat(100_000), flat(1_000_000))
    assert [(rule.text, rule.y) for rule in chart.scale] == [
        ("1 ms", "150.00"),
        ("10 ms", "106.67"),
        ("100 ms", "63.33"),
        ("1 s", "20.00"),
    ]
    assert [column.most_y for column in chart.columns] == ["150.00", "106.67", "63.33", "20.00"]
    assert "The scale is logarithmic." in chart.description


def test_a_scale_within_two_decades_begins_at_nought():
    """40 ms and 80 ms: lines at 0, 20, 40, 60 and 80 ms, the half at half of the height."""
    chart = drawn(flat(40_000), flat(80_000))
    assert [rule.text for rule in chart.scale] == ["0", "20 ms", "40 ms", "60 ms", "80 ms"]
    assert [column.most_y for column in chart.columns] == ["85.00", "20.00"]
    assert "The scale begins at 0." in chart.description


def test_durations_of_nought_are_drawn_on_the_floor():
    """A log that writes whole milliseconds has many of 0: they are no error on a logarithmic scale, nor on none."""
    assert drawn(flat(0), flat(1_000_000)).columns[0].most_y == "150.00"
    assert drawn(flat(0)).columns[0].most_y == "150.00"


@given(st.lists(st.lists(st.integers(0, 10**14), min_size=5, max_size=5), min_size=1, max_size=20))
def test_every_quantile_lies_on_the_plot(values):
    """Whatever the durations, marks lie between roof and floor and a longer one never lies lower."""
    chart = drawn(*(Quantiles(9, *sorted(each)) for each in values))
    for column in chart.columns:
        marks = [float(column.most_y), float(column.p99_y), float(column.box)]
        assert chart.roof <= marks[0] + 0.01
        assert marks[0] <= marks[1] <= marks[2] + 2.01
        assert marks[2] + float(column.box_height) <= chart.floor + 0.01
    assert 2 <= len(chart.scale) <= 6


def test_columns_that_hold_several_intervals_show_the_longest():
    """Quantiles cannot be added up, so the greater is shown, and the page says so."""
    chart = drawn(flat(10_000), flat(30_000), axis=Axis(at("16:00:00"), timedelta(minutes=2), 1))
    assert len(chart.columns) == 1
    assert chart.table.rows[0][:3] == ("16:00:00", "200", "30 ms")
    assert "Where a column holds several intervals, it shows the longest of each quantile." in chart.description


def test_the_finding_is_said_in_words():
    """The description holds the quantiles of the whole and the worst interval."""
    chart = latency_chart.draw("x", latency().series[1], AXIS, ())
    assert chart.description == (
        "19,615 requests: half within 84 ms, 95 % within 262 ms, 99 % within 498 ms, the longest 5,014 ms. "
        "Slowest 1 min by its p95: 5,011 ms at 16:32:00 UTC (475 requests). 2 requests timed out. "
        "The scale begins at 0."
    )
    assert chart.lost_text == "timed out: 2"
    assert [mark.x for mark in chart.lost] == ["44.44"]


def test_timeouts_without_a_duration_are_in_the_table():
    """Six requests at 16:40 have no duration, and are no empty interval."""
    chart = latency_chart.draw("x", latency().series[0], AXIS, ())
    assert chart.table.rows[-1] == ("16:40:00", "0", "none", "none", "none", "none", "6")
    assert chart.table.note == "43 intervals without requests left out."


def test_where_no_source_counts_durations_one_sentence_says_so():
    """There is no empty picture; where nothing was counted at all, there is no section."""
    whole = CASES["healthy"]()
    page = report_html(whole)
    assert "No source says how long a request took" in page
    assert 'class="chart latency"' not in page
    assert build(prepare(CASES["empty"](), Limits())) is None


def test_each_picture_says_whose_durations_it_holds():
    """Browser and edge have one each, with the place of the longest."""
    found = build(prepare(demo(), Limits()))
    assert found is not None
    assert [chart.title for chart in found.charts] == [
        "How long requests took, counted by the browser",
        "How long requests took, counted by the edge",
    ]
    assert [claim.place.label for claim in found.slowest if claim.place] == [
        "browser/checkout.har#87",
        "edge/access.log:20417",
    ]
    assert all(claim.place and claim.place.anchor for claim in found.slowest)


def test_an_incident_tells_its_durations():
    """Failing against working, before and after, by the edge; an incident without any says that none are known."""
    material = prepare(demo(), Limits())
    assert fact(material, POOL).text == (
        "median failing 5,008 ms, working meanwhile 84 ms, before 83 ms, after 80 ms, counted by the edge"
    )
    found = table(material, POOL)
    assert found is not None
    assert found.rows[4] == ("The edge", "failing", "41", "5,008 ms", "5,012 ms", "5,014 ms")
    assert table(material, LIMIT) is None
    assert fact(material, LIMIT).text == "no source says how long requests to these endpoints took"
    assert fact(prepare(CASES["healthy"](), Limits()), LIMIT).text == ""


# Sides


def test_both_sides_are_bars_with_their_counts():
    """41 of 44 is 93 %; who had no failure has no hatched bar; what is not known is a side."""
    chart = sides_chart.draw("x", SIDES[POOL.id], str)
    assert [(bar.label, bar.text, bar.failing, bar.working, bar.chosen) for bar in chart.bars] == [
        ("10.3.0.17:8080", "41 of 44", "93.18", True, True),
        ("10.3.0.18:8080", "0 of 20", "", True, False),
        ("10.3.0.19:8080", "0 of 18", "", True, False),
        ("10.3.0.20:8080", "0 of 12", "", True, False),
        ("not told by the inputs", "0 of 2", "", True, False),
    ]
    assert chart.description == "upstream = 10.3.0.17:8080: 41 of 44 failed (93 %); all others: 0 of 52 failed."


def test_other_values_are_one_bar():
    """34 further clients had 582 requests; none of them failed."""
    chart = sides_chart.draw("x", SIDES[LIMIT.id], str)
    assert (chart.bars[-1].label, chart.bars[-1].text) == ("34 other values", "0 of 582")
    assert chart.table.rows[-1] == ("34 other values", "0", "582", "0 %")


@pytest.mark.parametrize(
    ("failing", "working", "share"), [(1, 1_000_000, "0.60"), (1_000_000, 1, "99.40"), (5, 0, "100.00")]
)
def test_one_request_of_a_million_is_still_seen(failing, working, share):
    """Something never looks like nothing, and most never like all."""
    (bar,) = sides_chart.draw("x", Sides("a", "v", (Side("v", failing, working),)), str).bars
    assert bar.failing == share


@given(st.text(min_size=1, max_size=80), st.integers(3, 60))
def test_words_in_a_picture_are_on_one_line_and_fit(text, room):
    """No label is longer than its room, in which narrow letters take seven tenths; none holds a line break or a control."""
    shown = fitted(text, room)
    assert 7 * len(shown) <= 10 * room
    assert shown.isprintable()


# Incidents in time


def bands(count):
    return [timeline.Band(POOL.started, POOL.ended, f"{number} backend, ") for number in range(count)]


def test_first_and_last_failure_are_marked_with_their_times():
    """Of 45 minutes from 16:00, 16:32:13.204 lies at 71.60 % and 16:32:37.911 at 72.52 %."""
    chart = timeline.draw("x", "X", [timeline.Count(at("16:00:00"), 1, 0), timeline.Count(at("16:44:00"), 1, 0)],
                          bands(1), timeline.Scale(timedelta(minutes=1), 120))  # fmt: skip
    assert chart is not None
    (lane,) = chart.lanes
    assert (lane.x, lane.end, lane.text) == ("71.60", "72.52", "0 backend, 16:32:13\u201316:32:37 UTC")


def test_over_several_days_the_day_is_told():
    """A time of day alone would not say which day."""
    counts = [timeline.Count(at("16:00:00"), 1, 0), timeline.Count(at("16:00:00") + timedelta(days=3), 1, 0)]
    chart = timeline.draw("x", "X", counts, bands(1), timeline.Scale(timedelta(hours=1), 120))
    assert chart is not None
    assert chart.lanes[0].text == "0 backend, 05-12 16:32 UTC"


def test_incidents_of_one_time_do_not_hide_each_other():
    """Ten of the same time have ten lanes, no two at one height, all on the picture."""
    chart = timeline.draw(
        "x", "X", [timeline.Count(at("16:00:00"), 1, 0)], bands(10), timeline.Scale(timedelta(minutes=1), 9)
    )
    assert chart is not None
    tops = [lane.y for lane in chart.lanes]
    assert all(below - above >= 26 for above, below in pairwise(tops))
    assert chart.height >= tops[-1] + 26


def test_incidents_beyond_ten_are_counted_in_words():
    """Of 13, ten are marked and three are said to be missing."""
    whole = demo()
    many = tuple(replace(POOL, id=f"incident-{number}") for number in range(13))
    page = report_html(replace(whole, findings=replace(whole.findings, incidents=many)))
    assert "3 further incidents not marked here." in page
    assert "further incident" not in report_html(whole)


# Ticks


def moments():
    """Gives whole seconds from 1970 to 2191."""
    return st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(moments(), st.sampled_from([1, 2, 5, 10, 30, 60, 300, 900, 3600, 86_400, 604_800]), st.integers(1, 120))
def test_labels_never_overlap_on_the_narrowest_screen(start, width, columns):
    """Of what is shown at 320 px no label touches another or leaves the picture; there are at least two."""
    ticks = [tick for tick in Axis(start, timedelta(seconds=width), columns).ticks() if not tick.wide]
    assert len(ticks) >= 2
    shares = {"start": 0.0, "middle": 0.5, "end": 1.0}
    spans = []
    for tick in ticks:
        length = DIGIT * len(tick.text)
        left = float(tick.x) / 100 * NARROW - shares[tick.align] * length
        spans.append((left, left + length))
    assert spans[0][0] >= -0.1
    assert spans[-1][1] <= NARROW + 0.1
    assert all(right < left for (_, right), (left, _) in pairwise(spans))


def test_labels_are_round_times():
    """45 minutes from 16:00: every 15 on a narrow screen, every five where there is room."""
    assert [(tick.text, tick.x, tick.wide) for tick in AXIS.ticks()][:3] == [
        ("16:05", "11.11", True),
        ("16:10", "22.22", True),
        ("16:15", "33.33", False),
    ]
    assert [tick.text for tick in AXIS.ticks() if not tick.wide] == ["16:15", "16:30"]


def test_years_are_told_by_date():
    """Over years, a day and a month alone would not say which."""
    ticks = Axis(at("00:00:00"), timedelta(days=28), 110).ticks()
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", tick.text) for tick in ticks)


# Hops


def test_a_corrected_clock_is_said_in_the_picture_in_the_table_and_in_words():
    """The browser's time was moved by 75.31 s; the rows below give way to the line that says so."""
    chart = waterfall.draw("x", demo().hops[POOL.id], str)
    assert [stop.moved for stop in chart.stops] == ["time corrected: moved by +75.3 s", "", "", ""]
    assert [stop.y for stop in chart.stops] == [0, 62, 108, 154]
    assert chart.table.head[2] == "Correction"
    assert [row[2] for row in chart.table.rows[:2]] == [
        "moved by +75.3 s: its clock is behind the servers'",
        "as written",
    ]
    assert chart.description.endswith(
        "The time of browser was corrected: moved by +75.3 s: its clock is behind the servers'."
    )


def test_a_hop_of_no_time_at_all_is_a_bar_and_one_of_unknown_time_a_mark():
    """0 µs is a duration; none is not."""
    hops = [
        Hop(name, Ref("a", 1), at("16:00:00.5"), took, 200, "") for name, took in (("edge", 0), ("error log", None))
    ]
    assert [stop.width for stop in waterfall.draw("x", hops, str).stops] == ["0.60", ""]


# Without styles


@pytest.mark.parametrize("name", OWN)
def test_a_shape_has_its_colour_without_styles(name):
    """Every shape of these pictures names fill or stroke itself, since ticket systems strip the style block."""
    text = (CHARTS / f"{name}.html.j2").read_text()
    shapes = re.findall(r"<(?:rect|circle|line|path)\b(?:\{%.*?%\}|[^>{]|\{\{.*?\}\})*>", text)
    assert len(shapes) >= 2
    assert [shape for shape in shapes if not re.search(r' (fill|stroke)="', shape)] == []


@pytest.mark.parametrize("name", OWN)
def test_words_stand_on_a_solid_ground(name):
    """The first thing drawn is a sheet of the page's colour, so that a dark mail client leaves the words readable."""
    text = (CHARTS / f"{name}.html.j2").read_text()
    first = re.search(r"<(rect|circle|line|text)[^>]*", text)
    assert first is not None
    assert 'class="sheet" width="100%" height="{{ chart.height }}" fill="#ffffff"' in first[0]


def test_extra_labels_are_hidden_where_styles_are_missing():
    """Only a style shows them, where there is room; without one they would overlap on a phone."""
    page = report_html(demo())
    assert re.findall(r'class="tick wide"[^>]*', page)
    assert all('display="none"' in found for found in re.findall(r'class="tick wide"[^>]*', page))


def test_at_the_narrowest_a_short_capture_has_no_label_over_another() -> None:
    """Three labels of 12 digits are wider than 212 pixels: the one in the middle waits for a wider screen."""
    short = Axis(datetime(2026, 5, 12, 12, 16, 34, tzinfo=UTC), timedelta(seconds=1), 1).ticks()
    assert [(tick.text, tick.wide) for tick in short] == [
        ("12:16:34.000", False),
        ("12:16:34.500", True),
        ("12:16:35.000", False),
    ]


def test_a_band_within_one_day_of_a_long_picture_names_the_day_once():
    """43 characters do not fit the narrowest screen, 37 do; a band within a second has one time."""
    begin = datetime(2026, 5, 3, 2, tzinfo=UTC)
    weeks = Axis(begin, timedelta(days=1), 21)
    assert timeline._from_to(weeks, timeline.Band(begin, begin + timedelta(hours=2), "")) == "05-03 02:00–04:00 UTC"
    assert (
        timeline._from_to(weeks, timeline.Band(begin, begin + timedelta(days=1), "")) == "05-03 02:00 – 05-04 02:00 UTC"
    )
    short = Axis(begin, timedelta(seconds=1), 21)
    assert timeline._from_to(short, timeline.Band(begin, begin + timedelta(milliseconds=4), "")) == "02:00:00 UTC"
