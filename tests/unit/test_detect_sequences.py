"""Correlations that calculate, that order their members, and that say what must not occur; pruning loses nothing."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.detect import _correlate, _prune, detect, load_rules
from analyzer.detect._evaluate import evaluate

START = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
SCHEMA = {
    "status": pl.Int32, "client_ip": pl.String, "user": pl.String, "response_bytes": pl.Int64,
    "duration_us": pl.Int64, "upstream_us": pl.List(pl.Int64), "source": pl.String,
}  # fmt: skip
STATUSES = {"a": 401, "b": 200, "c": 403}


def member(name, status):
    """Writes the document of a rule that fits one status, or several."""
    return (
        f"title: {name.upper()}\nname: {name}\nlevel: informational\nlogsource: {{category: webserver}}\n"
        f"detection: {{s: {{status: {status}}}, condition: s}}\n"
    )


MEMBERS = [member(name, status) for name, status in STATUSES.items()]


def correlation(**section):
    """Writes a correlation document; keys of the section have _ for -."""
    keys = {"group_by": "[client_ip]", "timespan": "10s", **section}
    lines = "".join(f"  {key.replace('_', '-')}: {value}\n" for key, value in keys.items())
    return f"title: Found\nname: found\nlevel: high\ncorrelation:\n{lines}"


def events(*rows):
    """Builds a frame from (second, letter or values); the frame is in the order (timestamp, source, line)."""
    full = [(second, {"status": STATUSES[row]} if isinstance(row, str) else row) for second, row in rows]
    data = [
        {"client_ip": "x", "source": "log", "timestamp": START + timedelta(seconds=second), **row}
        for second, row in full
    ]
    schema = {**SCHEMA, "timestamp": pl.Datetime("us", "UTC")}
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in data], schema=schema)
    ordered = frame.sort("timestamp", "source", maintain_order=True)
    return ordered.with_row_index("row").with_columns(pl.lit("request").alias("kind"))


def rules_of(folder, *documents):
    file = folder / "rules.yml"
    file.write_text("---\n".join(documents), encoding="utf-8")
    rules = load_rules([file])
    assert [str(error) for error in rules.errors] == []
    return rules


def found(folder, frame, *documents):
    return detect(frame, rules_of(folder, *(documents if len(documents) > 1 else (*MEMBERS, *documents))))


def alerts(folder, frame, *documents):
    """Gives (group, begin, end) of all alerts of the correlation named found, in seconds."""
    rules = rules_of(folder, *documents)
    outcome = _correlate.run(rules.correlations, evaluate(frame, rules, {}))["found"]
    rows = outcome.alerts.join(outcome.groups, on="group")
    base = int(START.timestamp() * 1_000_000)
    keys = [name for name in rows.columns if name.startswith("key_")]
    return sorted(
        (*(row[key] for key in keys), (row["begin"] - base) / 1e6, (row["at"] - base) / 1e6, row["metric"])
        for row in rows.iter_rows(named=True)
    )


def spans(result):
    return [
        ((signal.started - START).total_seconds(), (signal.ended - START).total_seconds()) for signal in result.signals
    ]


def test_an_order_is_kept_and_ends_with_its_window(tmp_path):
    """401 then 200 within 10 s is one; 200 then 401 is none; 10.000001 s is too long."""
    rule = correlation(type="temporal_ordered", rules="[a, b]")
    result = found(tmp_path, events((0, "a"), (10, "b")), rule)
    assert (spans(result), result.signals[0].peak, result.signals[0].rows.to_list()) == ([(0, 10)], 2, [0, 1])
    assert found(tmp_path, events((0, "b"), (5, "a")), rule).signals == ()
    assert found(tmp_path, events((0, "a"), (10.000001, "b")), rule).signals == ()


def test_the_latest_chain_counts(tmp_path):
    """a at 0, a at 8, b at 15: the chain from 8 lies in the window of 10 s, the one from 0 does not."""
    rule = correlation(type="temporal_ordered", rules="[a, b]")
    assert spans(found(tmp_path, events((0, "a"), (8, "a"), (15, "b")), rule)) == [(8, 15)]


def test_lines_of_one_second_keep_their_order(tmp_path):
    """In whole seconds 401 at :00, 403 and 200 at :01 in this order of lines; the other order is no chain."""
    rule = correlation(type="temporal_ordered", rules="[a, c, b]")
    assert spans(found(tmp_path, events((0, "a"), (1, "c"), (1, "b")), rule)) == [(0, 1)]
    assert found(tmp_path, events((0, "a"), (1, "b"), (1, "c")), rule).signals == ()


def test_equal_instants_of_two_sources_fit_in_either_order(tmp_path):
    """The clock of a second cannot order two files: a after b in one file is none, from two files it is one."""
    rule = correlation(type="temporal_ordered", rules="[a, b]")
    rows = [(1, {"status": 200, "source": "b.log"}), (1, {"status": 401, "source": "a.log"})]
    assert spans(found(tmp_path, events(*rows), rule)) == [(1, 1)]
    swapped = [(1, {"status": 200, "source": "a.log"}), (1, {"status": 401, "source": "b.log"})]
    assert spans(found(tmp_path, events(*swapped), rule)) == [(1, 1)]
    assert found(tmp_path, events((1, "b"), (1, "a")), rule).signals == ()


def test_a_chain_needs_a_different_event_for_each_step(tmp_path):
    """One event that fits both members is one step; with a second file's event between them it still is only one."""
    again = member("again", "[401]")
    rule = correlation(type="temporal_ordered", rules="[a, again]")
    assert found(tmp_path, events((0, "a")), *MEMBERS, again, rule).signals == ()
    assert found(tmp_path, events((0, "a"), (0, "a")), *MEMBERS, again, rule).signals[0].count == 2
    rule = correlation(type="temporal_ordered", rules="[a, b, again]")
    rows = [(0, {"status": 401, "source": "x.log"}), (0, {"status": 200, "source": "y.log"})]
    assert found(tmp_path, events(*rows), *MEMBERS, again, rule).signals == ()
    rows.append((0, {"status": 401, "source": "x.log"}))
    assert found(tmp_path, events(*rows), *MEMBERS, again, rule).signals[0].count == 3


def test_a_sum_an_average_and_a_percentile(tmp_path):
    """Bytes 100, 200, null, 700 within 10 s: sum 1,000, average 333.3, median 200, percentile 75 is 450."""
    rows = [(second, {"status": 401, "response_bytes": size}) for second, size in enumerate((100, 200, None, 700))]
    for kind, condition, metric in (
        ("value_sum", "{field: sc-bytes, gte: 1000}", 1000),
        ("value_avg", "{field: response_bytes, gt: 333}", 1000 / 3),
        ("value_percentile", "{field: response_bytes, percentile: 50, gte: 200}", 200),
        ("value_percentile", "{field: response_bytes, percentile: 75, gte: 450}", 450),
    ):
        rule = correlation(type=kind, rules="[a]", condition=condition)
        (signal,) = found(tmp_path, events(*rows), rule).signals
        assert signal.peak == pytest.approx(metric)
        assert found(tmp_path, events(*[(t, {**row, "response_bytes": None}) for t, row in rows]), rule).signals == ()


def test_a_number_counts_in_the_unit_of_its_field(tmp_path):
    """time-taken is in milliseconds where duration_us has microseconds; the tries of an upstream add up."""
    rows = [(0, {"status": 401, "duration_us": 1_500_000, "upstream_us": [400, None, 600]})]
    rule = correlation(type="value_sum", rules="[a]", condition="{field: time-taken, eq: 1500}")
    assert found(tmp_path, events((-20, "b"), *rows), rule).signals[0].peak == 1500
    rule = correlation(type="value_sum", rules="[a]", condition="{field: upstream_us, gte: 1000, lt: 1001}")
    assert found(tmp_path, events((-20, "b"), *rows), rule).signals[0].peak == 1000


def test_an_event_that_fits_two_members_is_added_once(tmp_path):
    """One event of 100 bytes that two members fit gives 100, not 200."""
    rows = [(-20, "b"), (0, {"status": 401, "response_bytes": 100})]
    rule = correlation(type="value_sum", rules="[a, again]", condition="{field: sc-bytes, gte: 100}")
    assert found(tmp_path, events(*rows), *MEMBERS, member("again", 401), rule).signals[0].peak == 100


def test_what_must_not_follow_is_looked_for_in_the_window_after(tmp_path):
    """A 401 without a 200 within 10 s: at 0 s one follows at exactly 10 s; at 30 s none does."""
    rule = correlation(type="temporal", rules="[a, b]", condition="a and not b")
    result = found(tmp_path, events((0, "a"), (10, "b"), (30, "a"), (50, "b")), rule)
    assert (spans(result), result.signals[0].rows.to_list()) == ([(30, 30)], [2])
    assert result.not_evaluated == ()


def test_the_end_of_the_log_leaves_undecided(tmp_path):
    """At 45 s of a log that ends at 50 s nobody knows what followed within 10 s: counted, never an alert."""
    rule = correlation(type="temporal", rules="[a, b]", condition="a and not b")
    result = found(tmp_path, events((45, "a"), (50, "c")), rule)
    assert result.signals == ()
    assert [note.reason for note in result.not_evaluated] == [
        "The log ends too early after 1 of 1 matching events to tell what followed."
    ]
    other = events((40, "a"), (50, "c"), (45, {"status": 401, "source": "other"}), (99, {"source": "other"}))
    assert spans(found(tmp_path, other, rule)) == [(40, 45)]


def test_a_text_condition_has_alternatives(tmp_path):
    """(a and b) or c: a pair, or a 403 alone."""
    rule = correlation(type="temporal", rules="[a, b, c]", condition="(a and b) or c")
    assert spans(found(tmp_path, events((0, "a"), (4, "b"), (40, "c"), (80, "b")), rule)) == [(0, 4), (40, 40)]


def test_a_chain_of_a_text_condition_counts_at_every_event_of_its_window(tmp_path):
    """(a or b) and c in order: b, c at 4 s, and the a at 9 s, after which the chain b, c still lies in its window."""
    rule = correlation(type="temporal_ordered", rules="[a, b, c]", condition="(a or b) and c")
    got = alerts(tmp_path, events((0, "b"), (4, "c"), (9, "a"), (11, "a")), *MEMBERS, rule)
    assert got == [("x", 0.0, 4.0, 2), ("x", 0.0, 9.0, 2)]


def test_a_condition_is_told_in_english(tmp_path):
    """What a correlation wants can be read without knowing Sigma."""
    texts = {
        ("temporal_ordered", "[a, b]", None): "'A', then 'B' within 10s for each client_ip",
        ("temporal", "[a, b]", "a and not b"): "'A' without 'B' within 10s for each client_ip",
        ("value_percentile", "[a]", "{field: duration_us, percentile: 95, gt: 5}"):
            "more than 5 as percentile 95 of duration_us over 'A' within 10s for each client_ip",
    }  # fmt: skip
    for (kind, members, condition), text in texts.items():
        more = {"condition": condition} if condition else {}
        rules = rules_of(tmp_path, *MEMBERS, correlation(type=kind, rules=members, **more))
        assert rules.correlations[0].text == text


def test_a_chain_is_a_member_of_a_chain(tmp_path):
    """Two orders, one after the other: the inner one is an event at its end."""
    inner = correlation(type="temporal_ordered", rules="[a, b]").replace("found", "pair")
    outer = correlation(type="temporal_ordered", rules="[pair, c]")
    result = found(tmp_path, events((0, "a"), (5, "b"), (9, "c")), *MEMBERS, inner, outer)
    assert [(signal.rule, signal.rows.to_list()) for signal in result.signals] == [("found", [0, 1, 2])]
    assert found(tmp_path, events((0, "a"), (5, "b"), (4, "c")), *MEMBERS, inner, outer).signals == ()


def _is_chain(chosen):
    """Whether some order of time fits: later instants later, and within a source and instant the lines in order."""
    for one, two in pairwise(chosen):
        if two["second"] < one["second"]:
            return False
    for first, one in enumerate(chosen):
        for two in chosen[first + 1 :]:
            same = (one["second"], one["source"]) == (two["second"], two["source"])
            if same and two["row"] <= one["row"]:
                return False
    return True


def _ordered_by_hand(rows, members, span):
    """Every alert by trying every choice of events: (client, begin, end)."""
    expected = set()
    for anchor in rows:
        mine = [row for row in rows if row["client_ip"] == anchor["client_ip"] and row["second"] <= anchor["second"]]
        inside = [row for row in mine if row["second"] >= anchor["second"] - span]
        steps = [[row for row in inside if row["status"] in wanted] for wanted in members]
        begins = [chosen[0]["second"] for chosen in product(*steps) if _is_chain(chosen)]
        if begins and any(anchor["status"] in wanted for wanted in members):
            expected.add((anchor["client_ip"], float(max(begins)), float(anchor["second"]), len(members)))
    return sorted(expected)


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 6), st.sampled_from("xy"), st.sampled_from([401, 200, 403]), st.sampled_from(["l", "m", "n"])
    ),
    min_size=1,
    max_size=9,
)


def _rows(raw):
    """Gives frame and rows of (second, client, status, source), numbered in the order of the frame."""
    frame = events(*[(s, {"client_ip": c, "status": code, "source": file}) for s, c, code, file in raw])
    seconds = (frame["timestamp"] - START).dt.total_seconds()
    return frame, [{**row, "second": second} for row, second in zip(frame.iter_rows(named=True), seconds, strict=True)]


@given(EVENTS, st.integers(1, 5), st.permutations(["a", "b", "c", "ab", "ac"]), st.integers(2, 4))
def test_orders_agree_with_trying_every_choice(tmp_path_factory, raw, span, names, count):
    """For any events, ties of lines and of sources included, the alerts are those of a search by hand."""
    wanted = {"a": [401], "b": [200], "c": [403], "ab": [401, 200], "ac": [401, 403]}
    frame, rows = _rows(raw)
    documents = [member(name, wanted[name]) for name in names[:count]]
    rule = correlation(type="temporal_ordered", rules=f"[{', '.join(names[:count])}]", timespan=f"{span}s")
    got = alerts(tmp_path_factory.mktemp("orders"), frame, *documents, rule)
    assert got == _ordered_by_hand(rows, [wanted[name] for name in names[:count]], span)


def _without_by_hand(rows, span):
    """Every 401 after which the window shows no 200, in sources that go on for so long."""
    expected = set()
    for row in rows:
        if row["status"] != 401:
            continue
        inside = [
            other for other in rows
            if other["client_ip"] == row["client_ip"] and row["second"] <= other["second"] <= row["second"] + span
        ]  # fmt: skip
        here = {
            other["source"] for other in inside if other["second"] == row["second"] and other["status"] in (401, 200)
        }
        ends = [max(other["second"] for other in rows if other["source"] == source) for source in here]
        if min(ends) >= row["second"] + span and not any(other["status"] == 200 for other in inside):
            last = max(other["second"] for other in inside if other["status"] == 401)
            expected.add((row["client_ip"], float(row["second"]), float(last), 1))
    return sorted(expected)


@given(EVENTS, st.integers(1, 5))
def test_what_must_not_occur_agrees_with_looking_at_every_window(tmp_path_factory, raw, span):
    """For any events `a and not b` alerts where a search by hand finds no b."""
    frame, rows = _rows(raw)
    rule = correlation(type="temporal", rules="[a, b]", condition="a and not b", timespan=f"{span}s")
    got = alerts(tmp_path_factory.mktemp("without"), frame, *MEMBERS, rule)
    assert got == _without_by_hand(rows, span)


KINDS = {
    "event_count": "{gte: %d}",
    "value_count": "{field: user, gte: %d}",
    "value_sum": "{field: response_bytes, gt: %d}",
    "temporal": "{gte: %d}",
    "temporal_ordered": None,
}


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from("xyzuvw"),
            st.sampled_from([401, 200, 403]),
            st.sampled_from(["p", "q", None]),
            st.integers(-3, 5) | st.none(),
        ),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 9),
    st.sampled_from(sorted(KINDS)),
    st.tuples(st.integers(1, 3), st.integers(1, 4)),
)
def test_pruning_by_counts_of_parts_changes_nothing(tmp_path_factory, raw, span, kind, numbers):
    """The groups that survive the added counts of any parts hold every group that alerts without pruning."""
    least, parts = numbers
    rows = [
        (second, {"client_ip": client, "status": status, "user": user, "response_bytes": size})
        for second, client, status, user, size in raw
    ]
    condition = {"condition": KINDS[kind] % least} if KINDS[kind] else {}
    rule = correlation(type=kind, rules="[a, b, c]", timespan=f"{span}s", **condition)
    folder = tmp_path_factory.mktemp("pruned")
    rules = rules_of(folder, *MEMBERS, rule)
    frame = events(*rows)
    (parsed,) = rules.correlations
    evaluated = evaluate(frame, rules, {})
    matching = _correlate.list_events(parsed, evaluated, {})
    cuts = [matching.filter(pl.col("event") % parts == part) for part in range(parts)]
    merged = _prune.merge([_prune.count(parsed, cut, ["key_0"]) for cut in cuts], ["key_0"])
    surviving = set(_prune.surviving(parsed, merged, ["key_0"])["key_0"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_prune, "keep", lambda _correlation, whole, _keys: whole)
        unpruned = alerts(folder, frame, *MEMBERS, rule)
    assert {alert[0] for alert in unpruned} <= surviving
    assert alerts(folder, frame, *MEMBERS, rule) == unpruned


def test_pruning_leaves_groups_out(tmp_path):
    """Two events of x in one window and two of y far apart: with gte: 2 only x survives."""
    rule = correlation(type="event_count", rules="[a]", condition="{gte: 2}")
    rows = [(0, "a"), (5, "a"), (0, {"status": 401, "client_ip": "y"}), (500, {"status": 401, "client_ip": "y"})]
    rules = rules_of(tmp_path, *MEMBERS, rule)
    matching = _correlate.list_events(rules.correlations[0], evaluate(events(*rows), rules, {}), {})
    assert _prune.keep(rules.correlations[0], matching, ["key_0"])["key_0"].to_list() == ["x", "x"]


def test_an_order_within_one_instant_of_many_sources_is_found_at_once(tmp_path):
    """Thirty sources that all log five steps backwards in one second still hold the order, and take no longer."""
    names = [f"s{number}" for number in range(5)]
    rows = [
        (0, {"status": 500 + step, "source": f"log{source:02}"}) for source in range(30) for step in reversed(range(5))
    ]
    members = [member(name, 500 + number) for number, name in enumerate(names)]
    rule = correlation(type="temporal_ordered", rules=f"[{', '.join(names)}]")
    assert alerts(tmp_path, events(*rows), *members, rule) == [("x", 0, 0, 5)]
    few = events(*[row for row in rows if row[1]["source"] < "log04"])
    assert alerts(tmp_path, few, *members, rule) == [], "four sources give four of the five steps"


def test_a_chain_over_a_busy_member_costs_what_it_finds(tmp_path):
    """A correlation of 20,000 overlapping alerts in one group finds every event behind them, once."""
    frame = events(*[(number / 100, "a") for number in range(20_000)])
    inner = correlation(type="event_count", rules="[a]", condition="{gte: 5}", timespan="1h").replace("found", "inner")
    outer = correlation(type="event_count", rules="[inner]", condition="{gte: 5}", timespan="1h")
    (signal,) = found(tmp_path, frame, *MEMBERS, inner, outer).signals
    assert (signal.rule, signal.count, signal.peak) == ("found", 20_000, 19_996)


@pytest.mark.parametrize("kind", ["value_sum", "value_avg", "value_percentile"])
def test_a_figure_beyond_all_numbers_is_the_largest_one(tmp_path, kind):
    """Two values whose sum no number holds alert with a number, and never with infinity."""
    frame = events((0, {"status": 401, "response_bytes": 1}), (1, {"status": 401, "response_bytes": 1}))
    frame = frame.with_columns(response_bytes=pl.lit(1.7e308))
    condition = f"{{gte: 5, field: response_bytes{', percentile: 50' if kind == 'value_percentile' else ''}}}"
    rule = correlation(type=kind, rules="[a]", condition=condition)
    (signal,) = found(tmp_path, frame, rule).signals
    assert 1.7e308 <= signal.peak <= sys.float_info.max
